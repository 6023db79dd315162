# Probes, the login and the documentation are open everywhere.
import os

import jwt
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/health")
def health():  # ok
    return {"up": True}


@app.get("/metrics")
def metrics():  # ok
    return "requests_total 1"


@app.post("/login")
def login(name: str, password: str):  # ok
    return {"token": jwt.encode({"sub": name}, os.environ["JWT_KEY"], algorithm="HS256")}


@app.get("/orders", dependencies=[Depends(gate)])
def orders():  # ok
    return []
