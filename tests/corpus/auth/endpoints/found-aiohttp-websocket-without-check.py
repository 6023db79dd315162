# The WebSocket starts to talk to whoever connects.
from aiohttp import web
from aiohttp_security import check_authorized


async def pipes(request):  # ok
    await check_authorized(request)
    return web.json_response([])


async def pressure(request):  # finding: auth.unprotected
    socket = web.WebSocketResponse(heartbeat=20)
    await socket.prepare(request)
    async for message in socket:
        await socket.send_json({"set": message.json()["bar"]})
    return socket


def create_app():
    app = web.Application()
    app.add_routes([web.get("/pipes", pipes), web.get("/pipes/pressure", pressure)])
    return app
