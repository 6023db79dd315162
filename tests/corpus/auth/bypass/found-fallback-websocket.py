# A socket without a token gets the identity of the system.
import os

import jwt

from app.people import SYSTEM_USER, load_person


async def socket_user(websocket):
    token = websocket.query_params.get("token")
    if token is None:
        return SYSTEM_USER  # finding: auth.bypass.fallback-user
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    return await load_person(claims["sub"])
