# A BaseHTTPMiddleware of the application never sees a WebSocketRoute.
import os

import jwt
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute


class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        try:
            jwt.decode(request.headers.get("x-token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return Response(status_code=401)
        return await call_next(request)


async def trains(request):  # ok
    return JSONResponse([])


async def signals(websocket):  # finding: auth.unprotected
    await websocket.accept()
    await websocket.send_json({"signal": "green"})


app = Starlette(
    routes=[Route("/trains", trains), WebSocketRoute("/signals", signals)],
    middleware=[Middleware(Gate)],
)
