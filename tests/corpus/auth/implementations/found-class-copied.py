# The class that checks stands in two modules.
# === .github/fifthwhy.yml
auth:
  canonical: Tokens
  patterns: [{name: Tokens, calls: [app.auth.TokenCheck.check]}]
# === app/auth.py
import jwt


class TokenCheck:  # ok
    def __init__(self, key):
        self.key = key

    def check(self, token):
        return jwt.decode(token, self.key, algorithms=["HS256"])
# === app/workers/auth.py
import jwt


class TokenCheck:  # finding: auth.implementations
    def __init__(self, key):
        self.key = key

    def check(self, token):
        return jwt.decode(token, self.key, algorithms=["HS256"])
# === app/views.py
import os

from app.auth import TokenCheck

checker = TokenCheck(os.environ["JWT_KEY"])


def ovens(request):
    return checker.check(request.token)["sub"]
