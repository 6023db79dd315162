# A middleware of plain ASGI hands on whatever is not HTTP.
# === app/gate.py
import os

import jwt
from starlette.responses import PlainTextResponse


class Gate:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        token = dict(scope["headers"]).get(b"x-token", b"").decode()
        try:
            jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError:
            await PlainTextResponse("no", 401)(scope, receive, send)
            return
        await self.app(scope, receive, send)
# === app/main.py
from fastapi import FastAPI, WebSocket

from app.gate import Gate

app = FastAPI()
app.add_middleware(Gate)


@app.get("/games")
def games():  # ok
    return []


@app.websocket("/games/{game}")
async def play(socket: WebSocket, game: int):  # finding: auth.unprotected
    await socket.accept()
    await socket.send_json({"game": game})
