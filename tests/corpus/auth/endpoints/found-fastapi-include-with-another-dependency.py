# The dependencies at the include are there, but they only limit the rate.
# === app/auth.py
import os

import jwt
from fastapi import Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/limits.py
import time

from fastapi import HTTPException, Request

SEEN = {}


def slow_down(request: Request):
    last = SEEN.get(request.client.host, 0.0)
    SEEN[request.client.host] = time.monotonic()
    if time.monotonic() - last < 0.1:
        raise HTTPException(429)
# === app/main.py
from fastapi import APIRouter, Depends, FastAPI

from app.auth import gate
from app.limits import slow_down

looms = APIRouter()
yarns = APIRouter()


@looms.api_route("/looms", methods=["GET", "POST"])
def all_looms():  # ok
    return []


@yarns.api_route("/yarns", methods=["GET", "DELETE"])
def all_yarns():  # finding: auth.unprotected
    return []


app = FastAPI()
app.include_router(looms, dependencies=[Depends(gate), Depends(slow_down)])
app.include_router(yarns, dependencies=[Depends(slow_down)])
