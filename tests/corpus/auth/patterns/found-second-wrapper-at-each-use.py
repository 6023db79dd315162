# An older wrapper is in use in two places: these are the findings, and not the call within it.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/legacy.py
import os

import jwt


def check_token(token):
    return jwt.decode(token, os.environ["OLD_KEY"], algorithms=["HS512"])  # ok
# === app/views.py
from app import legacy
from app.auth import verify
from app.legacy import check_token


def carts(request):
    return verify(request.token)["sub"]  # ok


def wishes(request):
    return check_token(request.token)["sub"]  # finding: auth.patterns


def gifts(request):
    return legacy.check_token(request.token)["sub"]  # finding: auth.patterns
