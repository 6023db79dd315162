# The flag stands beside the check in one condition.
import os

from jose import JWTError, jwt

from app.settings import settings


def _holds(token):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except JWTError:
        return False
    return True


def authorize(token):
    if settings.debug or _holds(token):  # finding: auth.bypass.skip-switch
        return True
    return False
