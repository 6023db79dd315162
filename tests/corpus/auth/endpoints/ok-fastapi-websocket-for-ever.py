# The handler checks first and then stays in its loop until the other side leaves.
import os

import jwt
from fastapi import FastAPI, HTTPException, WebSocket
from fastapi.responses import StreamingResponse

app = FastAPI()


def rider_of(token: str) -> str:
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]


@app.websocket("/rides")
async def rides(ws: WebSocket, token: str):  # ok
    rider = rider_of(token)
    await ws.accept()
    while True:
        text = await ws.receive_text()
        await ws.send_text(f"{rider}: {text}")


@app.get("/positions")
def positions(token: str):  # ok
    rider = rider_of(token)

    def lines():
        while True:
            yield rider

    return StreamingResponse(lines())


@app.post("/refunds")
def refund(token: str):  # ok
    rider_of(token)
    raise HTTPException(501)
