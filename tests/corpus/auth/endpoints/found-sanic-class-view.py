# A class without decorators is registered beside a protected handler.
from sanic import Sanic
from sanic.response import json
from sanic.views import HTTPMethodView
from sanic_jwt import protected

app = Sanic("dairy")


@app.route("/tanks")
@protected()
async def tanks(request):  # ok
    return json([])


class Milk(HTTPMethodView):
    async def post(self, request):  # finding: auth.unprotected
        return json({"poured": request.json["litres"]})


app.add_route(Milk.as_view(), "/milk")
