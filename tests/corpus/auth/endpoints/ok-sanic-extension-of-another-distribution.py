# An extension gets the whole application, and may check every request.
from company_iam.sanic import Guardian
from sanic import Sanic
from sanic.response import json
from sanic_jwt import protected

app = Sanic("mill")
Guardian(app, realm="mill")


@app.get("/sacks")
@protected()
async def sacks(request):  # ok
    return json([])


@app.post("/grind")
async def grind(request):  # ok
    return json({"ground": True})
