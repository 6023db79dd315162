# Subclasses add to the check, and call it by super() or by name.
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
# === app/strict.py
from app.auth import TokenCheck


class AdminCheck(TokenCheck):
    def check(self, token):  # ok
        claims = super().check(token)
        if "admin" not in claims["roles"]:
            raise PermissionError
        return claims


class CountingCheck(TokenCheck):
    seen = 0

    def check(self, token):  # ok
        self.seen += 1
        return TokenCheck.check(self, token)
