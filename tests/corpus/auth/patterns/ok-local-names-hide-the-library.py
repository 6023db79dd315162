# What a function is given, or imports for itself, is not the library of that name.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok


def decode_with(token, jwt):
    return jwt.decode(token)  # ok
# === app/rot.py
def decode(text):
    return text[::-1]
# === app/views.py
from app.auth import verify


def riddles(request):
    from app import rot as jwt

    verify(request.token)  # ok
    return jwt.decode(request.query["riddle"])  # ok
