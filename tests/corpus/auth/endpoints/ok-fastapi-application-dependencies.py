# The application asks for the user on every route, WebSockets among them.
import os

import jwt
from fastapi import Depends, FastAPI, HTTPException, WebSocket
from fastapi.requests import HTTPConnection


def gate(connection: HTTPConnection):
    try:
        jwt.decode(connection.headers["x-token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        raise HTTPException(401)


app = FastAPI(dependencies=[Depends(gate)])


@app.get("/turbines")
async def turbines():  # ok
    return []


@app.websocket("/turbines/live")
async def live(socket: WebSocket):  # ok
    await socket.accept()
    await socket.send_json({"rpm": 12})
