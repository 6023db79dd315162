# Nobody is None, and the caller refuses it.
import os

import jwt
from fastapi import Depends, Header, HTTPException

from app.people import load_person


def optional_user(x_token: str | None = Header(default=None)):
    if x_token is None:
        return None  # ok
    return load_person(jwt.decode(x_token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"])


def required_user(user=Depends(optional_user)):
    if user is None:
        raise HTTPException(status_code=401)
    return user
