# The handler is a lambda, so the call that registers it is the place.
import os

import jwt
from fastapi import Depends, FastAPI, Header

ROWS = [{"iban": "XX"}]


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


app = FastAPI()
app.add_api_route("/accounts", lambda: ROWS[:1], dependencies=[Depends(gate)])  # ok
app.add_api_route("/accounts/dump", lambda: ROWS)  # finding: auth.unprotected
