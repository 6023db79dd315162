# HTTP is checked by a middleware, and the WebSocket by its own handler.
import os

import jwt
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import Response

app = FastAPI()


def valid(token):
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None


@app.middleware("http")
async def check(request: Request, call_next):
    if valid(request.headers.get("x-token")) is None:
        return Response(status_code=401)
    return await call_next(request)


@app.get("/alarms")
async def alarms():  # ok
    return []


@app.websocket("/alarms/live")
async def live(socket: WebSocket, token: str):  # ok
    if valid(token) is None:
        await socket.close(code=1008)
        return
    await socket.accept()
    await socket.send_json({"alarm": 7})
