# A function of the same name in another module hands the token to the canonical one.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.core.auth.verify]}]
# === app/core/auth.py
import os

import jwt


def verify(token):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/web/auth.py
from app.core import auth


def verify(request):  # ok
    return auth.verify(request.headers["authorization"].removeprefix("Bearer "))
# === app/web/views.py
from app.web.auth import verify


def beams(request):
    return verify(request)["sub"]
