# Without a decorator, the handler itself turns away who is not authenticated.
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.routing import Route


@requires("authenticated")
async def trips(request):  # ok
    return JSONResponse([])


async def trip(request):  # ok
    if not request.user.is_authenticated:
        raise HTTPException(401)
    return JSONResponse({"trip": request.path_params["trip"]})


app = Starlette(routes=[Route("/trips", trips), Route("/trips/{trip:int}", trip)])
