# A service of another module wraps a library in a method; its use is another way.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
def verify(token, store):
    return store[token]
# === app/tokens.py
import jwt


class Tokens:
    def __init__(self, key):
        self.key = key

    def read(self, token):
        return jwt.decode(token, self.key, algorithms=["HS256"])  # ok
# === app/views.py
import os

from app.auth import verify
from app.tokens import Tokens

tokens = Tokens(os.environ["JWT_KEY"])


def shelves(request, store):
    return verify(request.token, store)  # ok


def boards(request):
    return tokens.read(request.token)["sub"]  # finding: auth.patterns
