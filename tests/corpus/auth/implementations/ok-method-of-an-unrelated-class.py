# Another class has a method of the same name, for something else.
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
# === app/stock.py
class Shelf:
    def __init__(self, capacity):
        self.capacity = capacity

    def check(self, items):  # ok
        return len(items) <= self.capacity
