# The socket is closed when the token is bad.
import os

import jwt
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws/news")
async def news(websocket: WebSocket, token: str = ""):
    try:
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError:  # ok
        await websocket.close(code=4401)
        return
    await websocket.accept()
    await websocket.send_json({"for": claims["sub"]})
