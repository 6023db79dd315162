# What the canonical check calls in its own file is part of it.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.Gate.verify]}]
# === app/auth.py
import os

import jwt
from google.oauth2 import id_token


class Gate:
    def verify(self, token):
        if "google" in token[:6]:
            return self._google(token)
        return _own(token)

    def _google(self, token):
        return id_token.verify_oauth2_token(token[6:], None)  # ok


def _own(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok


gate = Gate()
# === app/views.py
from app.auth import gate


def ropes(request):
    return gate.verify(request.token)["sub"]  # ok
