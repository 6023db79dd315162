# A stand-in of tests is no second implementation.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns: [{name: Users, calls: [app.auth.current_user]}]
# === app/auth.py
import os

import jwt


def current_user(token):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
# === tests/fakes.py
import jwt


def current_user(token):  # ok
    return jwt.decode(token, "for the tests, and long enough so", algorithms=["HS256"])
# === app/views.py
from app.auth import current_user


def lamps(request):
    return current_user(request.token)["sub"]
