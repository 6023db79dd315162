# The same router is included behind the check, and once more without it.
import os

import jwt
from fastapi import APIRouter, Depends, FastAPI, Header

router = APIRouter()


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@router.get("/contracts")
def contracts():  # finding: auth.unprotected
    return ["secret"]


app = FastAPI()
app.include_router(router, prefix="/v2", dependencies=[Depends(gate)])
app.include_router(router, prefix="/v1")
