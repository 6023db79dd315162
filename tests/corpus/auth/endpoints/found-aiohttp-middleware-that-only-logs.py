# The middleware writes down what is asked for, and nothing more.
import logging

from aiohttp import web
from aiohttp_security import check_authorized

log = logging.getLogger(__name__)


@web.middleware
async def access_log(request, handler):
    log.info("%s %s", request.method, request.path)
    return await handler(request)


async def sluices(request):  # ok
    await check_authorized(request)
    return web.json_response([])


async def open_sluice(request):  # finding: auth.unprotected
    return web.json_response({"open": request.match_info["name"]})


app = web.Application(middlewares=[access_log])
app.router.add_get("/sluices", sluices)
app.router.add_post("/sluices/{name}/open", open_sluice)
