# The canonical dependency is used by itself and by an alias of Annotated.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns: [{name: Users, dependencies: [app.auth.current_user]}]
# === app/auth.py
import os
from typing import Annotated

import jwt
from fastapi import Depends, Header, HTTPException


def current_user(authorization: str = Header()):
    try:
        return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    except jwt.InvalidTokenError:
        raise HTTPException(401)


CurrentUser = Annotated[dict, Depends(current_user)]  # ok
# === app/main.py
from fastapi import APIRouter, Depends, FastAPI

from app.auth import CurrentUser, current_user

router = APIRouter(dependencies=[Depends(current_user)])  # ok


@router.get("/lids")
def lids(user: CurrentUser):  # ok
    return [user["sub"]]


app = FastAPI()
app.include_router(router)
