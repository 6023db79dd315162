# The answer of an introspection endpoint says that the token is not active.
import os

import jwt


def introspect(token):
    try:
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:  # ok
        return {"active": False, "error": str(error)}
    return {"active": True, **claims}
