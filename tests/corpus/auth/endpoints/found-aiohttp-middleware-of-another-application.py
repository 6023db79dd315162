# Two applications run side by side, and only one has the middleware.
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


async def lots(request):  # ok
    return web.json_response([])


async def hammer(request):  # finding: auth.unprotected
    return web.json_response({"sold": True})


public = web.Application(middlewares=[gate])
public.add_routes([web.get("/lots", lots)])
internal = web.Application()
internal.add_routes([web.post("/hammer", hammer)])
