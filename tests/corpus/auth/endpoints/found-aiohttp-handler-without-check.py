# Handlers are listed one by one; only one of them decodes the token.
import os

import jwt
from aiohttp import web


async def crates(request):  # ok
    try:
        claims = jwt.decode(request.headers.get("X-Token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise web.HTTPUnauthorized()
    return web.json_response({"of": claims["sub"]})


async def empty_crates(request):  # finding: auth.unprotected
    return web.json_response({"emptied": True})


app = web.Application()
app.router.add_get("/crates", crates)
app.router.add_post("/crates/empty", empty_crates)
