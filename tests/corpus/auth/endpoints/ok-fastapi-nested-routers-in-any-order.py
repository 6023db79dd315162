# A router is included in a router that is guarded further up, before it gets its routes.
# === app/auth.py
import os

import jwt
from fastapi import Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/main.py
from fastapi import APIRouter, Depends, FastAPI

from app.auth import gate

app = FastAPI()
api = APIRouter(prefix="/api")
wards = APIRouter(prefix="/wards")
beds = APIRouter(prefix="/beds")


@wards.get("/{ward}")
def ward(ward: int):  # ok
    return {"ward": ward}


@beds.get("/free")
def free_beds():  # ok
    return 3


wards.include_router(beds)
api.include_router(wards)
app.include_router(api, dependencies=[Depends(gate)])
