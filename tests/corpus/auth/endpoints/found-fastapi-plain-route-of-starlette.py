# A route that is added the Starlette way has none of the application's dependencies.
import os

import jwt
from fastapi import Depends, FastAPI, Header
from starlette.responses import PlainTextResponse


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


app = FastAPI(dependencies=[Depends(gate)])


@app.get("/wires")
def wires():  # ok
    return []


async def wires_as_text(request):  # finding: auth.unprotected
    return PlainTextResponse("IBAN XX")


app.add_route("/wires.txt", wires_as_text)
