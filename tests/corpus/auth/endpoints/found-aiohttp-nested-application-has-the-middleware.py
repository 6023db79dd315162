# The middleware is the inner application's, so the outer one goes without.
import os

import jwt
from aiohttp import web


@web.middleware
async def gate(request, handler):
    try:
        jwt.decode(request.headers["X-Token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError) as error:
        raise web.HTTPUnauthorized() from error
    return await handler(request)


async def drop(request):  # ok
    return web.json_response({"dropped": True})


async def rows(request):  # finding: auth.unprotected
    return web.json_response([{"name": "Ann"}])


admin = web.Application(middlewares=[gate])
admin.router.add_delete("/tables", drop)
app = web.Application()
app.router.add_get("/rows", rows)
app.add_subapp("/admin", admin)
