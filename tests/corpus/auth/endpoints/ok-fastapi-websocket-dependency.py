# A WebSocket takes the user as a dependency, from the query.
import os

import jwt
from fastapi import Depends, FastAPI, Query, WebSocket, WebSocketException, status

app = FastAPI()


async def pilot(token: str = Query()):
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise WebSocketException(code=status.WS_1008_POLICY_VIOLATION)


@app.websocket("/steer")
async def steer(socket: WebSocket, found: dict = Depends(pilot)):  # ok
    await socket.accept()
    await socket.send_json({"pilot": found["sub"]})
