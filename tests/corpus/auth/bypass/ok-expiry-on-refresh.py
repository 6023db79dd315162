# To refresh a session, its expired token is what one has.
import os

import jwt


def refresh(token, sessions):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options={"verify_exp": False})  # ok
    return sessions.renew(claims["jti"])
