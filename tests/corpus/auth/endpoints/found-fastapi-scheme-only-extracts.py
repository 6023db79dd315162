# A bearer scheme takes the token from the header, and nobody looks whether it is any good.
import os

import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer

app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="/login")


def claims(token: str = Depends(bearer)):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/loans")
def loans(found=Depends(claims)):  # ok
    return {"of": found["sub"]}


@app.get("/loans/all")
def all_loans(token: str = Depends(bearer)):  # finding: auth.unprotected
    return [{"amount": 100}]
