# Endpoints that tests make for themselves are not looked at.
# === app/auth.py
import os

import jwt
from fastapi import Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import gate

app = FastAPI(dependencies=[Depends(gate)])


@app.get("/seats")
def seats():  # ok
    return []
# === tests/test_errors.py
from fastapi import FastAPI
from fastapi.testclient import TestClient

broken = FastAPI()


@broken.get("/boom")
def boom():  # ok
    raise RuntimeError


def test_boom():
    assert TestClient(broken, raise_server_exceptions=False).get("/boom").status_code == 500
