# No dependency: the handlers call the check themselves, one of them by way of a helper.
# === app/auth.py
import os

import jwt
from fastapi import HTTPException


def verify(token: str) -> dict:
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(401)
# === app/people.py
from app import auth


def by_request(request):
    return _by_header(request.headers)


def _by_header(headers):
    return auth.verify(headers.get("authorization", ""))["sub"]
# === app/main.py
from fastapi import FastAPI, Request

from app import people
from app.auth import verify

app = FastAPI()


@app.get("/rooms")
def rooms(request: Request):  # ok
    verify(request.cookies["sid"])
    return []


@app.get("/rooms/mine")
def my_rooms(request: Request):  # ok
    return {"of": people.by_request(request)}
