# One route takes the current user, the one below it takes nobody.
import os

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()
KEY = os.environ["JWT_KEY"]


def current_user(authorization: str = Header()):
    try:
        return jwt.decode(authorization.removeprefix("Bearer "), KEY, algorithms=["HS256"])
    except jwt.InvalidTokenError as error:
        raise HTTPException(401) from error


@app.get("/orders")
def orders(user=Depends(current_user)):  # ok
    return {"orders": [], "for": user["sub"]}


@app.delete("/orders/{number}")
def cancel(number: int):  # finding: auth.unprotected
    return {"cancelled": number}
