# The check is three dependencies away from the handlers.
# === app/auth.py
import os

import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

bearer = OAuth2PasswordBearer(tokenUrl="/login")


def claims(token: str = Depends(bearer)) -> dict:
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError:
        raise HTTPException(401)


def current_user(found: dict = Depends(claims)) -> str:
    return found["sub"]


def current_clerk(user: str = Depends(current_user)) -> str:
    if not user.startswith("clerk-"):
        raise HTTPException(403)
    return user
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import current_clerk, current_user

app = FastAPI()


@app.get("/parcels")
async def parcels(user: str = Depends(current_user)):  # ok
    return []


@app.post("/parcels")
async def send_parcel(clerk: str = Depends(current_clerk)):  # ok
    return {"by": clerk}
