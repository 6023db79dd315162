# The middleware of one Mount does not cover the routes beside it.
import os

import jwt
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route


class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        try:
            jwt.decode(request.cookies.get("sid", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return Response(status_code=401)
        return await call_next(request)


async def doses(request):  # ok
    return JSONResponse([])


async def patients(request):  # finding: auth.unprotected
    return JSONResponse(["Eve"])


app = Starlette(
    routes=[
        Mount("/ward", routes=[Route("/doses", doses)], middleware=[Middleware(Gate)]),
        Route("/patients", patients),
    ]
)
