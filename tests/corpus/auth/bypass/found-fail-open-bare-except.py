# A bare except lets the socket in.
import os

import jwt
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/ws/prices")
async def prices(websocket: WebSocket, token: str = ""):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except:  # finding: auth.bypass.fail-open
        print("prices: bad token")
    await websocket.accept()
    await websocket.send_json({"eur": 1.0})
