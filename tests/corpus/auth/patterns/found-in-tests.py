# Tests that decode tokens on their own are told too, apart.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok


def make(name):
    return jwt.encode({"sub": name}, os.environ["JWT_KEY"], algorithm="HS256")  # ok
# === tests/test_auth.py
import jwt

from app.auth import make, verify


def test_subject():
    assert verify(make("ann"))["sub"] == "ann"  # ok


def test_claims():
    claims = jwt.decode(make("ann"), "k" * 32, algorithms=["HS256"])  # finding: auth.patterns
    assert claims == {"sub": "ann"}
