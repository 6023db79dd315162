# The switch closes the door instead of opening it.
import os

import jwt
from fastapi import HTTPException


def claims(token):
    if os.getenv("MAINTENANCE"):  # ok
        raise HTTPException(status_code=503)
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
