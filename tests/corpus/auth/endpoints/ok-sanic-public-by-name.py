# A probe and the login are open.
from sanic import Sanic
from sanic.response import json
from sanic_jwt import protected

app = Sanic("quarry")


@app.get("/ping")
async def ping(request):  # ok
    return json("pong")


@app.post("/login")
async def login(request):  # ok
    return json({"welcome": request.json["name"]})


@app.get("/stones")
@protected()
async def stones(request):  # ok
    return json([])
