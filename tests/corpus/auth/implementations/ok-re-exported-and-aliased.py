# The canonical check is imported and named again, but defined once.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/security.py
from app.auth import verify  # ok

check = verify
__all__ = ["check", "verify"]
# === app/views.py
from app import security


def nails(request):
    return security.verify(request.token)["sub"]
