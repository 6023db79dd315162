# An application inside another one has the middlewares of both.
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


admin = web.Application()
admin.router.add_delete("/tables", drop)
app = web.Application(middlewares=[gate])
app.add_subapp("/admin", admin)
