# A dependency that gives None to everybody is no check.
import os

import jwt
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def claims(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/budgets/mine")
def mine(user=Depends(claims)):  # ok
    return user["sub"]


@app.get("/budgets")
def budgets(user=Depends(lambda: None)):  # finding: auth.unprotected
    return {"2031": 10}
