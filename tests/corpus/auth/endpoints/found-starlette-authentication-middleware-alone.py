# The middleware only says who somebody is; whoever sends no header is nobody, and comes in.
# === app/backend.py
import os

import jwt
from starlette.authentication import AuthCredentials, AuthenticationBackend, AuthenticationError, SimpleUser


class TokenBackend(AuthenticationBackend):
    async def authenticate(self, conn):
        if "authorization" not in conn.headers:
            return None
        try:
            claims = jwt.decode(conn.headers["authorization"], os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError:
            raise AuthenticationError("bad token")
        return AuthCredentials(["authenticated"]), SimpleUser(claims["sub"])
# === app/main.py
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.middleware import Middleware
from starlette.middleware.authentication import AuthenticationMiddleware
from starlette.responses import JSONResponse
from starlette.routing import Route

from app.backend import TokenBackend


@requires("authenticated")
async def letters(request):  # ok
    return JSONResponse([])


async def drafts(request):  # finding: auth.unprotected
    return JSONResponse(["dear"])


app = Starlette(
    routes=[Route("/letters", letters), Route("/drafts", drafts)],
    middleware=[Middleware(AuthenticationMiddleware, backend=TokenBackend())],
)
