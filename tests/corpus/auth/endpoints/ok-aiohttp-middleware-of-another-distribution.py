# A middleware that is not at hand stands before all handlers.
import os

import jwt
from aiohttp import web
from company_iam.aiohttp import iam_middleware


async def pipes(request):  # ok
    jwt.decode(request.headers["X-Token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    return web.json_response([])


async def taps(request):  # ok
    return web.json_response([])


app = web.Application(middlewares=[iam_middleware(realm="water")])
app.router.add_get("/pipes", pipes)
app.router.add_get("/taps", taps)
