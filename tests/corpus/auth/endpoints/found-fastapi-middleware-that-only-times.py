# The middleware of the application measures, and lets everyone through.
import os
import time

import jwt
from fastapi import Depends, FastAPI, Header, Request
from fastapi.middleware.cors import CORSMiddleware

app = FastAPI()
app.add_middleware(CORSMiddleware, allow_origins=["https://shop.example"])


def user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.middleware("http")
async def measure(request: Request, call_next):
    start = time.monotonic()
    response = await call_next(request)
    response.headers["x-took"] = str(time.monotonic() - start)
    return response


@app.get("/baskets/mine")
def mine(found=Depends(user)):  # ok
    return found["sub"]


@app.get("/baskets")
def baskets():  # finding: auth.unprotected
    return [{"card": "1234"}]
