# A class has a method for each verb, and only one of them requires anything.
from starlette.applications import Starlette
from starlette.authentication import requires
from starlette.endpoints import HTTPEndpoint
from starlette.responses import JSONResponse
from starlette.routing import Route


class Recipes(HTTPEndpoint):
    @requires("authenticated")
    async def get(self, request):  # ok
        return JSONResponse([])

    async def delete(self, request):  # finding: auth.unprotected
        return JSONResponse({"deleted": True})


app = Starlette(routes=[Route("/recipes", Recipes)])
