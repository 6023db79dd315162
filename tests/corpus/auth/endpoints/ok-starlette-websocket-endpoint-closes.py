# The class closes a connection without a valid token before it accepts it.
import os

import jwt
from starlette.applications import Starlette
from starlette.endpoints import WebSocketEndpoint
from starlette.routing import WebSocketRoute


class Whispers(WebSocketEndpoint):
    encoding = "text"

    async def on_connect(self, websocket):  # ok
        try:
            jwt.decode(websocket.query_params["token"], os.environ["JWT_KEY"], algorithms=["HS256"])
        except (KeyError, jwt.InvalidTokenError):
            await websocket.close(code=1008)
            return
        await websocket.accept()

    async def on_receive(self, websocket, data):  # ok
        await websocket.send_text(data)


app = Starlette(routes=[WebSocketRoute("/whispers", Whispers)])
