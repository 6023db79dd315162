# A subclass of tests lets everybody in, and only tests have it.
# === .github/fifthwhy.yml
auth:
  canonical: Tokens
  patterns: [{name: Tokens, calls: [app.auth.TokenCheck.check]}]
# === app/auth.py
import jwt


class TokenCheck:
    def __init__(self, key):
        self.key = key

    def check(self, token):  # ok
        return jwt.decode(token, self.key, algorithms=["HS256"])
# === tests/conftest.py
from app.auth import TokenCheck


class NoCheck(TokenCheck):
    def check(self, token):  # ok
        return {"sub": "tester"}
