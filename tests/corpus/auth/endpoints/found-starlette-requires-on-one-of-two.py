# Of two Starlette handlers only one requires anything.
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.responses import JSONResponse
from starlette.routing import Route


@requires("authenticated")
async def profile(request):  # ok
    return JSONResponse({"name": request.user.display_name})


async def wallets(request):  # finding: auth.unprotected
    return JSONResponse({"wallets": []})


app = Starlette(routes=[Route("/profile", profile), Route("/wallets", wallets)])
