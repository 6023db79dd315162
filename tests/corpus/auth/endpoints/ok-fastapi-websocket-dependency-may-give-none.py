# A dependency answers None for a bad token, and the handler closes on None.
import os

import jwt
from fastapi import Depends, FastAPI, WebSocket

app = FastAPI()


async def listener(token: str = ""):
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return None


@app.websocket("/radio")
async def radio(socket: WebSocket, found=Depends(listener)):  # ok
    if found is None:
        await socket.close(code=1008)
        return
    await socket.accept()
    await socket.send_text("on air")
