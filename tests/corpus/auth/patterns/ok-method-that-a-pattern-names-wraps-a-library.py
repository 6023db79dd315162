# A method by the canonical pattern's name is that pattern, also where its class can be told and asks a library itself.
# === .github/fifthwhy.yml
auth:
  canonical: validate_token
  patterns: [{name: validate_token, calls: ["*.validate_token"]}]
# === app/tokens.py
import os

import jwt


class Tokens:
    def validate_token(self, token):
        return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])  # ok


tokens = Tokens()
# === app/api.py
from app.tokens import Tokens, tokens


def me(token):
    return tokens.validate_token(token)["sub"]  # ok


def other(token):
    return Tokens().validate_token(token)["sub"]  # ok
