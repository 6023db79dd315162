# What runs on every request answers 401 where there is no valid token.
import os

import jwt
from sanic import Sanic
from sanic.response import json

app = Sanic("vineyard")


@app.on_request
async def gate(request):
    try:
        request.ctx.claims = jwt.decode(request.token or "", os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return json({"error": "no"}, status=401)


@app.get("/grapes")
async def grapes(request):  # ok
    return json([])


@app.websocket("/grapes/live")
async def live(request, ws):  # ok
    await ws.send("ripe")
