# The first of the two returned values is false.
import os

import jwt


def check(token):
    try:
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:  # ok
        return False, str(error)
    return True, claims["sub"]
