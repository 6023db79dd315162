# Cookie and query string are compared with attributes.
from aiohttp import web


class Panel:
    def __init__(self, config):
        self.config = config

    async def status(self, request):
        if request.cookies.get("panel_token") != self.config.panel_token:  # finding: auth.bypass.token-comparison
            raise web.HTTPUnauthorized
        return web.json_response({"up": True})

    async def restart(self, request):
        if not request.query["token"] == self.config.restart_token:  # finding: auth.bypass.token-comparison
            raise web.HTTPForbidden
        return web.Response()
