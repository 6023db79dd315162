# When one check fails another one has to hold.
import os

import jwt

from app.sessions import session_user


def identify(request):
    try:
        return jwt.decode(request.headers["X-Token"], os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]
    except (KeyError, jwt.PyJWTError):  # ok
        user = session_user(request)
        if user is None:
            raise PermissionError("not signed in") from None
        return user.id
