# A class of the canonical one's name in another package reads tokens with another library.
# === .github/fifthwhy.yml
auth:
  canonical: Tokens
  patterns: [{name: Tokens, calls: [app.auth.Verifier]}]
# === app/auth.py
import jwt


class Verifier:  # ok
    def __init__(self, key):
        self.key = key

    def __call__(self, request):
        return jwt.decode(request.headers["x-token"], self.key, algorithms=["HS256"])
# === app/partners/auth.py
from jose import jwt


class Verifier:  # finding: auth.implementations
    def __init__(self, secret, issuer):
        self.secret = secret
        self.issuer = issuer

    def verify(self, token):
        return jwt.decode(token, self.secret, algorithms=["HS256"], issuer=self.issuer)
