# The socket is closed because all has been sent, not because somebody was refused.
import os

import jwt
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.get("/me")
def me(token: str):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.websocket("/report")
async def report(ws: WebSocket, short: bool = False):  # finding: auth.unprotected
    await ws.accept()
    await ws.send_text("turnover: 1200")
    if short:
        await ws.close()
        return
    await ws.send_text("costs: 900")
    await ws.close()
