# A second function of the same name validates in a way of its own.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns: [{name: Users, dependencies: [app.auth.current_user]}]
# === app/auth.py
import os

import jwt
from fastapi import Header, HTTPException


def current_user(authorization: str = Header()):  # ok
    try:
        return jwt.decode(authorization[7:], os.environ["JWT_KEY"], algorithms=["RS256"], audience="shop")
    except jwt.InvalidTokenError:
        raise HTTPException(401)
# === app/admin.py
import os

from fastapi import APIRouter, Cookie, Depends
from jose import jwt

router = APIRouter(prefix="/admin")


def current_user(sid: str = Cookie()):  # finding: auth.implementations
    return jwt.decode(sid, os.environ["ADMIN_KEY"], algorithms=["HS256"])


@router.get("/users")
def users(user=Depends(current_user)):
    return []
