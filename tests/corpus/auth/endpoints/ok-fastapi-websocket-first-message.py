# The first message brings the token, and nothing is sent before it was checked.
import os

import jwt
from fastapi import FastAPI, WebSocket

app = FastAPI()


@app.websocket("/auctions")
async def auctions(socket: WebSocket):  # ok
    await socket.accept()
    hello = await socket.receive_json()
    try:
        claims = jwt.decode(hello["token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        await socket.close(code=4401)
        return
    await socket.send_json({"bidder": claims["sub"]})
