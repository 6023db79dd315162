# The error of the library becomes the error of the framework.
import os

import jwt
from fastapi import HTTPException


def claims(token):
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:  # ok
        raise HTTPException(status_code=401) from error
