# Starlette's way to say that nobody is signed in.
import os

import jwt
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser, UnauthenticatedUser


class Backend(AuthenticationBackend):
    async def authenticate(self, conn):
        token = conn.cookies.get("token")
        if token is None:
            return AuthCredentials(), UnauthenticatedUser()  # ok
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
        return AuthCredentials(["authenticated"]), SimpleUser(claims["sub"])
