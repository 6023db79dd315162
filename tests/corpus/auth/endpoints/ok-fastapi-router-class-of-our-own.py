# A router class of our own brings the dependency along.
# === app/routing.py
import os

import jwt
from fastapi import APIRouter, Depends, Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


class GuardedRouter(APIRouter):
    def __init__(self, **kwargs):
        super().__init__(dependencies=[Depends(gate)], **kwargs)
# === app/main.py
from fastapi import FastAPI

from app.routing import GuardedRouter

router = GuardedRouter(prefix="/hinges")


@router.get("/")
def hinges():  # ok
    return []


app = FastAPI()
app.include_router(router)
