# An alias of Annotated depends on the older check; the alias is the place, not each handler.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns: [{name: Users, dependencies: [app.auth.current_user]}]
# === app/auth.py
import os

import jwt
from fastapi import Header


def current_user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok


def cookie_user(sid: str):
    return jwt.decode(sid, os.environ["COOKIE_KEY"], algorithms=["HS256"])  # ok
# === app/types.py
from typing import Annotated

from fastapi import Depends

from app.auth import cookie_user, current_user

User = Annotated[dict, Depends(current_user)]  # ok
CookieUser = Annotated[dict, Depends(cookie_user)]  # finding: auth.patterns
# === app/main.py
from fastapi import FastAPI

from app.types import CookieUser, User

app = FastAPI()


@app.get("/tea")
def tea(user: User):  # ok
    return []


@app.get("/coffee")
def coffee(user: CookieUser):  # ok
    return []
