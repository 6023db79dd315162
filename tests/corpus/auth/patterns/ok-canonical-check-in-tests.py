# Tests call the canonical check, and so go no other way.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === tests/test_auth.py
import jwt
import pytest

from app.auth import verify


def test_nonsense_is_refused():
    with pytest.raises(jwt.InvalidTokenError):
        verify("nonsense")  # ok


def test_other_keys_are_refused():
    with pytest.raises(jwt.InvalidSignatureError):
        verify(jwt.encode({"sub": "eve"}, "another key, as long as it has to be"))  # ok
