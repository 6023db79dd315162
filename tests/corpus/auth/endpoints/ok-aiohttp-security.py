# aiohttp_security is asked in the handlers.
from aiohttp import web
from aiohttp_security import check_authorized, check_permission

routes = web.RouteTableDef()


@routes.get("/wines")
async def wines(request):  # ok
    name = await check_authorized(request)
    return web.json_response({"for": name})


@routes.post("/wines")
async def add_wine(request):  # ok
    await check_permission(request, "cellar")
    return web.json_response({"added": True})


app = web.Application()
app.add_routes(routes)
