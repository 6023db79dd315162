# A subclass checks in another way, and does not ask its parent.
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
# === app/kiosk.py
import base64
import json

from app.auth import TokenCheck


class KioskCheck(TokenCheck):
    def check(self, token):  # finding: auth.implementations
        return json.loads(base64.b64decode(token))
