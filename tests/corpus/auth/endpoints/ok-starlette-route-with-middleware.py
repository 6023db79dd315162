# A single route has the middleware of its own.
import os

import jwt
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import JSONResponse
from starlette.routing import Route


class Gate:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        token = dict(scope["headers"]).get(b"x-token", b"")
        try:
            jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError:
            response = JSONResponse({"detail": "no"}, status_code=401)
            return await response(scope, receive, send)
        return await self.app(scope, receive, send)


async def valves(request):  # ok
    return JSONResponse([])


app = Starlette(routes=[Route("/valves", valves, middleware=[Middleware(Gate)])])
