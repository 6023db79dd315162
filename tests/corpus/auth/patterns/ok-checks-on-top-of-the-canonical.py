# What asks the canonical check first and then for a role goes the canonical way.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns: [{name: Users, calls: [app.auth.current_user]}]
# === app/auth.py
import os

import jwt
from fastapi import Depends, Header, HTTPException


def current_user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok


def current_admin(user: dict = Depends(current_user)):  # ok
    if "admin" not in user["roles"]:
        raise HTTPException(403)
    return user
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import current_admin, current_user

app = FastAPI()


@app.get("/walls")
def walls(user=Depends(current_user)):  # ok
    return []


@app.delete("/walls")
def tear_down(admin=Depends(current_admin)):  # ok
    return {"by": admin["sub"]}
