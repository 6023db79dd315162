# A WebSocketEndpoint answers to whoever connects.
import os

import jwt
from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute


async def rooms(request):  # ok
    try:
        jwt.decode(request.cookies["sid"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        raise HTTPException(401)
    return JSONResponse([])


class Whispers(WebSocketEndpoint):
    encoding = "text"

    async def on_receive(self, websocket, data):  # finding: auth.unprotected
        await websocket.send_text(data)


app = Starlette(routes=[Route("/rooms", rooms), WebSocketRoute("/whispers", Whispers)])
