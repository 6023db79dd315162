# The backend raises where there is no valid token, so nobody comes in anonymously.
import os

import jwt
from starlette.applications import Starlette
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route


class Strict(AuthenticationBackend):
    async def authenticate(self, conn):
        try:
            claims = jwt.decode(conn.headers["authorization"], os.environ["JWT_KEY"], algorithms=["HS256"])
        except (KeyError, jwt.InvalidTokenError):
            raise AuthenticationError("sign in first")
        return AuthCredentials(["authenticated"]), SimpleUser(claims["sub"])


async def harvests(request):  # ok
    return JSONResponse([])


app = Starlette(
    routes=[Route("/harvests", harvests)],
    middleware=[Middleware(AuthenticationMiddleware, backend=Strict())],
)
