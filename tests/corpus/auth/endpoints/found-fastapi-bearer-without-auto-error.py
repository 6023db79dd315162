# With auto_error off, even requests without any header come through.
import os

import jwt
from fastapi import APIRouter, Depends, FastAPI, HTTPException
from fastapi.security import HTTPBearer

optional = HTTPBearer(auto_error=False)
router = APIRouter(prefix="/claims")


def claims(credentials=Depends(optional)):
    if credentials is None:
        raise HTTPException(401)
    return jwt.decode(credentials.credentials, os.environ["JWT_KEY"], algorithms=["HS256"])


@router.get("/mine")
def mine(found=Depends(claims)):  # ok
    return found["sub"]


@router.post("/approve", dependencies=[Depends(optional)])
def approve(number: int):  # finding: auth.unprotected
    return {"approved": number}


app = FastAPI()
app.include_router(router)
