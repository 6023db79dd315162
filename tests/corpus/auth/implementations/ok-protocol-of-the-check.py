# A protocol and an abstract base say what a check looks like, and check nothing.
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
# === app/interfaces.py
from abc import ABC, abstractmethod
from typing import Protocol


class TokenCheck(Protocol):  # ok
    def check(self, token: str) -> dict: ...


class AbstractCheck(ABC):
    @abstractmethod
    def check(self, token: str) -> dict:  # ok
        raise NotImplementedError
