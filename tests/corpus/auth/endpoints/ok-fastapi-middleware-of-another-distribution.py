# A middleware that is not at hand may turn away whom it likes.
import os

import jwt
from company_gateway.asgi import GatewayMiddleware
from fastapi import Depends, FastAPI, Header

app = FastAPI()
app.add_middleware(GatewayMiddleware, realm="shop")


def user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/returns/mine")
def mine(found=Depends(user)):  # ok
    return found["sub"]


@app.get("/returns")
def returns():  # ok
    return []
