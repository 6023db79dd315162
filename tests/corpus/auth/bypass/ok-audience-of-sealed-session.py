# The token comes out of a session that the application has sealed itself.
import os

import jwt

from app.sealing import unseal


def claims_of(cookie):
    session = unseal(cookie, os.environ["COOKIE_PASSWORD"])
    key = os.environ["JWT_KEY"]
    claims = jwt.decode(session["access_token"], key, algorithms=["HS256"], options={"verify_aud": False})  # ok
    return {"session": claims["sid"], "roles": claims["roles"]}
