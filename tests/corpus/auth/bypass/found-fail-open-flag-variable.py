# A variable is set to true when the check breaks.
import os

import jwt


async def authorize(token):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
        allowed = True
    except (jwt.PyJWTError, KeyError):  # finding: auth.bypass.fail-open
        allowed = True
    return allowed
