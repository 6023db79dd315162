# The error is kept, and looked at after the try.
import os

import jwt


def identify(token):
    failure = None
    claims = {}
    try:
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:  # ok
        failure = error
    if failure is not None:
        raise PermissionError(str(failure))
    return claims["sub"]
