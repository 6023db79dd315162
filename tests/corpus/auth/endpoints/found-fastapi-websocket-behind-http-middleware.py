# The middleware turns away HTTP requests, but a WebSocket never gets to it.
import os

import jwt
from fastapi import FastAPI, Request, WebSocket
from fastapi.responses import JSONResponse

app = FastAPI()


@app.middleware("http")
async def check(request: Request, call_next):
    try:
        jwt.decode(request.headers["x-token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        return JSONResponse({"detail": "no"}, status_code=401)
    return await call_next(request)


@app.get("/chats")
async def chats():  # ok
    return []


@app.websocket("/chats/{chat}")
async def follow(socket: WebSocket, chat: int):  # finding: auth.unprotected
    await socket.accept()
    while True:
        await socket.send_text(await socket.receive_text())
