# The HTTP handler decodes the token; the WebSocket takes anybody.
import os

import jwt
from sanic import Sanic
from sanic.exceptions import Unauthorized
from sanic.response import json

app = Sanic("harbour")


@app.get("/berths")
async def berths(request):  # ok
    try:
        claims = jwt.decode(request.token or "", os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise Unauthorized("no")
    return json({"of": claims["sub"]})


@app.websocket("/berths/moor")
async def moor(request, ws):  # finding: auth.unprotected
    async for message in ws:
        await ws.send(f"moored: {message}")
