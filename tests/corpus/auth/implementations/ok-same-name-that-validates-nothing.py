# Functions of the same name that do not look at any token are none of the check.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/addresses.py
def verify(address):  # ok
    return bool(address.street and address.town)
# === app/cli.py
import subprocess


def verify(path):  # ok
    return subprocess.run(["gpg", "--verify", path]).returncode == 0
# === app/views.py
from app import addresses
from app.auth import verify


def deliver(request):
    verify(request.token)
    return addresses.verify(request.address)
