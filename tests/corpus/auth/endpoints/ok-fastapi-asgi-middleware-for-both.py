# A middleware of plain ASGI checks HTTP and WebSockets alike.
# === app/gate.py
import os

import jwt
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection


class Gate:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        if scope["type"] in ("http", "websocket"):
            connection = HTTPConnection(scope)
            try:
                jwt.decode(connection.headers.get("x-token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
            except jwt.InvalidTokenError:
                raise HTTPException(403)
        await self.app(scope, receive, send)
# === app/main.py
from fastapi import FastAPI, WebSocket
from fastapi.middleware import Middleware

from app.gate import Gate

app = FastAPI(middleware=[Middleware(Gate)])


@app.get("/games")
def games():  # ok
    return []


@app.websocket("/games/{game}")
async def play(socket: WebSocket, game: int):  # ok
    await socket.accept()
    await socket.send_json({"game": game})
