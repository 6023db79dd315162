# A flag lets WebSockets in that have no token.
import os

import jwt
from fastapi import WebSocket

OPEN_SOCKETS = bool(os.getenv("OPEN_SOCKETS"))


async def socket_user(websocket: WebSocket):
    if OPEN_SOCKETS:  # finding: auth.bypass.skip-switch
        return "operator"
    token = websocket.query_params.get("token", "")
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]
    except jwt.PyJWTError:
        await websocket.close(code=4401)
        return None
