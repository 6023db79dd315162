# The handler asks a service, whose verifier was given to it when it was made.
# === app/services.py
import os

import jwt


class Verifier:
    def verify(self, token: str) -> dict:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])


class Accounts:
    def __init__(self):
        self.verifier = Verifier()

    def owner(self, token: str) -> str:
        return self.verifier.verify(token)["sub"]


accounts = Accounts()
# === app/main.py
from fastapi import FastAPI, Header

from app.services import accounts

app = FastAPI()


@app.get("/balance")
def balance(authorization: str = Header()):  # ok
    return {"owner": accounts.owner(authorization), "balance": 0}
