# A subclass changes where the token comes from, not how it is checked.
# === .github/fifthwhy.yml
auth:
  canonical: Tokens
  patterns: [{name: Tokens, calls: [app.auth.TokenCheck.check]}]
# === app/auth.py
import jwt


class TokenCheck:
    key = None

    def token_of(self, request):
        return request.headers["x-token"]

    def check(self, request):  # ok
        return jwt.decode(self.token_of(request), self.key, algorithms=["HS256"])
# === app/cookies.py
from app.auth import TokenCheck


class CookieCheck(TokenCheck):  # ok
    def token_of(self, request):  # ok
        return request.cookies["sid"]

    def describe(self):
        return "cookie"
