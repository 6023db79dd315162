# The only dependency of the handler splits the query, it does not check anybody.
# === app/deps.py
import os

import jwt
from fastapi import Header


def page(offset: int = 0, limit: int = 20):
    return offset, min(limit, 100)


def member(x_token: str = Header()):
    return jwt.decode(x_token, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/main.py
from fastapi import Depends, FastAPI

from app.deps import member, page

app = FastAPI()


@app.get("/members")
def members(window=Depends(page)):  # finding: auth.unprotected
    return list(range(*window))


@app.get("/members/me")
def me(found=Depends(member)):  # ok
    return found
