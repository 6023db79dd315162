# No user and no permission are what a bad token gives.
import os

import jwt
from jose import JWTError
from jose import jwt as jose_jwt


def user_id(token):
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]
    except (jwt.PyJWTError, KeyError):  # ok
        return None


def is_valid(token):
    try:
        jose_jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except JWTError:  # ok
        return False
    return True
