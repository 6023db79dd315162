# Whoever shows a bad token is closed on, and the handler returns at once.
import os

import jwt
from fastapi import FastAPI, WebSocket, status

app = FastAPI()


def ws_user(token: str) -> str:
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]


@app.websocket("/lots/{number}")
async def lots(ws: WebSocket, number: int, token: str = ""):  # ok
    if not token:
        await ws.close(code=status.WS_1008_POLICY_VIOLATION)
        return
    try:
        user = ws_user(token)
    except jwt.PyJWTError:
        await ws.close(code=1008)
        return
    await ws.accept()
    await ws.send_json({"lot": number, "bidder": user})
