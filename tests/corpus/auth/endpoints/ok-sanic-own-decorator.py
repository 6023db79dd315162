# A decorator of our own decodes the token; on a class it stands in its list of decorators.
from functools import wraps

import jwt
from sanic import Sanic
from sanic.response import json, text
from sanic.views import HTTPMethodView

app = Sanic("bakery")


def signed(handler):
    @wraps(handler)
    async def wrapper(request, *args, **kwargs):
        try:
            jwt.decode(request.token or "", request.app.config.KEY, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return text("no", 401)
        return await handler(request, *args, **kwargs)

    return wrapper


class Loaves(HTTPMethodView):
    decorators = [signed]

    async def get(self, request):  # ok
        return json([])


@app.delete("/ovens/<oven:int>")
@signed
async def cool(request, oven):  # ok
    return json({"cold": oven})


app.add_route(Loaves.as_view(), "/loaves")
