# The router asks for the user, so its handlers need not.
# === app/auth.py
import os

import jwt
from fastapi import Header


def require_user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/invoices.py
from fastapi import APIRouter, Depends

from app.auth import require_user

router = APIRouter(prefix="/invoices", dependencies=[Depends(require_user)])


@router.get("/")
def index_of_invoices():  # ok
    return []


@router.delete("/{number}")
def void(number: int):  # ok
    return {"void": number}
# === app/main.py
from fastapi import FastAPI

from app import invoices

app = FastAPI()
app.include_router(invoices.router)
