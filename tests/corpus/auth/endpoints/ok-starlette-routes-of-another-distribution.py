# Where the routes come from is not at hand.
from company_portal.routes import portal_routes
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.responses import JSONResponse
from starlette.routing import Route


@requires("authenticated")
async def me(request):  # ok
    return JSONResponse({})


app = Starlette(routes=[Route("/me", me), *portal_routes()])  # ok
