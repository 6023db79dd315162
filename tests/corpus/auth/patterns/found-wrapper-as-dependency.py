# Two routes depend on the older check of users.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns: [{name: Users, dependencies: [app.auth.current_user]}]
# === app/auth.py
import os

import jwt
from fastapi import Header, HTTPException


def current_user(authorization: str = Header()):
    try:
        return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    except jwt.InvalidTokenError:
        raise HTTPException(401)
# === app/legacy.py
import os

import jwt
from fastapi import Header, HTTPException


def legacy_user(x_token: str = Header()):
    try:
        return jwt.decode(x_token, os.environ["OLD_KEY"], algorithms=["HS256"])  # ok
    except jwt.InvalidTokenError:
        raise HTTPException(403)
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import current_user
from app.legacy import legacy_user

app = FastAPI()


@app.get("/plants")
def plants(user=Depends(current_user)):  # ok
    return []


@app.get("/seeds")
def seeds(user=Depends(legacy_user)):  # finding: auth.patterns
    return []


@app.get("/pots", dependencies=[Depends(legacy_user)])  # finding: auth.patterns
def pots():
    return []
