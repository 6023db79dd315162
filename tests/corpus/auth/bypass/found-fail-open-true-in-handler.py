# The handler of the exception itself says yes.
import os

from jose import JWTError, jwt


def may_enter(token):
    try:
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
        return "member" in claims["groups"]
    except JWTError:  # finding: auth.bypass.fail-open
        return True
