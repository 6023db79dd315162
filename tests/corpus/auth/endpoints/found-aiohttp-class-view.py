# A class has a method for each verb; only one of them asks.
from aiohttp import web
from aiohttp_security import check_authorized

routes = web.RouteTableDef()


@routes.view("/cheeses")
class Cheeses(web.View):
    async def get(self):  # ok
        await check_authorized(self.request)
        return web.json_response([])

    async def put(self):  # finding: auth.unprotected
        return web.json_response(await self.request.json())


app = web.Application()
app.add_routes(routes)
