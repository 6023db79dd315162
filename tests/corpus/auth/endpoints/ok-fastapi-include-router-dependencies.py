# The dependencies stand where the router is included, in another file.
# === app/api/shipments.py
from fastapi import APIRouter

router = APIRouter()


@router.get("/shipments")
async def shipments():  # ok
    return []
# === app/auth.py
import os

import jwt
from fastapi import HTTPException, Request


async def gate(request: Request):
    try:
        request.state.claims = jwt.decode(request.cookies["sid"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        raise HTTPException(401)
# === app/main.py
from fastapi import Depends, FastAPI

from app.api import shipments
from app.auth import gate

app = FastAPI()
app.include_router(shipments.router, prefix="/v1", dependencies=[Depends(gate)])
