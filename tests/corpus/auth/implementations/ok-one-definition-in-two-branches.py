# One module defines the check in two ways, by what is installed: that is one implementation.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

try:
    import jwt

    def verify(token):  # ok
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
except ImportError:
    from jose import jwt

    def verify(token):  # ok
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/views.py
from app.auth import verify


def pins(request):
    return verify(request.token)["sub"]
