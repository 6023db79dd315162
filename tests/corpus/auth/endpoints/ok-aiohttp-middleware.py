# A middleware of the application covers its HTTP handlers and its WebSockets.
import os

import jwt
from aiohttp import web

routes = web.RouteTableDef()


@web.middleware
async def gate(request, handler):
    try:
        request["claims"] = jwt.decode(request.query.get("token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        return web.json_response({"error": "no"}, status=401)
    return await handler(request)


@routes.get("/cranes")
async def cranes(request):  # ok
    return web.json_response([])


@routes.get("/cranes/live")
async def live(request):  # ok
    socket = web.WebSocketResponse()
    await socket.prepare(request)
    async for message in socket:
        await socket.send_str(message.data)
    return socket


app = web.Application(middlewares=[gate])
app.add_routes(routes)
