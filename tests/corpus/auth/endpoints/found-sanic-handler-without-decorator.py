# One handler is protected, the one beside it is not.
from sanic import Sanic
from sanic.response import json
from sanic_jwt import initialize, protected

app = Sanic("orchard")


async def who(request):
    return {"user_id": 1}


initialize(app, authenticate=who)


@app.get("/apples")
@protected()
async def apples(request):  # ok
    return json([])


@app.post("/apples/pick")
async def pick(request):  # finding: auth.unprotected
    return json({"picked": 12})
