# A loop without an end, and nobody was asked before it.
import os

import jwt
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/me")
def me(token: str):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.websocket("/echo")
async def echo(ws: WebSocket):  # finding: auth.unprotected
    await ws.accept()
    while True:
        await ws.send_text(await ws.receive_text())
