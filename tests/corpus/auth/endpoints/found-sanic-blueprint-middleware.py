# The middleware of one blueprint does not cover the other.
import os

import jwt
from sanic import Blueprint, Sanic
from sanic.exceptions import Unauthorized
from sanic.response import json

cellar = Blueprint("cellar", url_prefix="/cellar")
yard = Blueprint("yard", url_prefix="/yard")


@cellar.middleware("request")
async def gate(request):
    try:
        jwt.decode(request.token or "", os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise Unauthorized("no")


@cellar.get("/barrels")
async def barrels(request):  # ok
    return json([])


@yard.post("/gates")
async def open_gates(request):  # finding: auth.unprotected
    return json({"open": True})


app = Sanic("winery")
app.blueprint([cellar, yard])
