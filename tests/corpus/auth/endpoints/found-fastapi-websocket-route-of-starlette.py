# Dependencies of the application do not apply to routes that are Starlette's.
import os

import jwt
from fastapi import Depends, FastAPI, WebSocket
from fastapi.requests import HTTPConnection


def gate(connection: HTTPConnection):
    return jwt.decode(connection.headers["x-token"], os.environ["JWT_KEY"], algorithms=["HS256"])


app = FastAPI(dependencies=[Depends(gate)])


@app.websocket("/prices")
async def prices(socket: WebSocket):  # ok
    await socket.accept()
    await socket.send_json({"EUR": 1})


async def trades(socket: WebSocket):  # finding: auth.unprotected
    await socket.accept()
    await socket.send_json({"trades": []})


app.add_websocket_route("/trades", trades)
