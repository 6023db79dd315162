# An alias of Annotated carries the dependency over two modules.
# === app/security.py
import os

import jwt
from fastapi import Header, HTTPException


async def read_user(x_token: str = Header()) -> dict:
    try:
        return jwt.decode(x_token, os.environ["JWT_KEY"], algorithms=["RS256"])
    except jwt.InvalidTokenError:
        raise HTTPException(status_code=401, detail="who are you?")
# === app/types.py
from typing import Annotated

from fastapi import Depends

from app.security import read_user

CurrentUser = Annotated[dict, Depends(read_user)]
# === app/main.py
from fastapi import APIRouter, FastAPI

from app.types import CurrentUser

router = APIRouter(prefix="/meters")


@router.get("/{meter}")
async def reading(meter: int, user: CurrentUser):  # ok
    return {"meter": meter, "reader": user["sub"]}


app = FastAPI()
app.include_router(router)
