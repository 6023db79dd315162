# A constant made of the environment ends the dependency before its check.
import os

import jwt
from fastapi import Header, HTTPException

AUTH_ENABLED = os.environ.get("AUTH_ENABLED", "true") == "true"


def require_token(x_token: str = Header(default="")):
    if not AUTH_ENABLED:  # finding: auth.bypass.skip-switch
        return
    try:
        jwt.decode(x_token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise HTTPException(status_code=401) from error
