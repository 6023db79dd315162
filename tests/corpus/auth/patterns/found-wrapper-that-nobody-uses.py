# A wrapper that nobody calls stands for nothing: the library's call in it counts.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/old.py
import os

from jose import jwt


def read_token(token):
    return jwt.decode(token, os.environ["OLD_KEY"], algorithms=["HS256"])  # finding: auth.patterns
# === app/views.py
from app.auth import verify


def carts(request):
    return verify(request.token)["sub"]  # ok
