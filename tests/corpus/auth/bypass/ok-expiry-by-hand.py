# The library does not check the expiry because the function does.
import os
import time

import jwt

GRACE = 30


def authenticate(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options={"verify_exp": False})  # ok
    if claims["exp"] + GRACE < time.time():
        raise PermissionError("the session has ended")
    return claims["sub"]
