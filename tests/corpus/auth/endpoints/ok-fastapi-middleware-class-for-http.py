# A middleware class turns away HTTP requests; its skip list names only a probe.
# === app/gate.py
import os

import jwt
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import JSONResponse

OPEN = frozenset({"/health"})


class Gate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if request.url.path in OPEN:
            return await call_next(request)
        try:
            request.state.user = jwt.decode(
                request.headers.get("x-token", ""), os.environ["JWT_KEY"], algorithms=["HS256"]
            )
        except jwt.InvalidTokenError:
            return JSONResponse({"detail": "no"}, 401)
        return await call_next(request)
# === app/main.py
from fastapi import FastAPI

from app.gate import Gate

app = FastAPI()
app.add_middleware(Gate)


@app.get("/health")
def health():  # ok
    return "up"


@app.get("/stock")
def stock():  # ok
    return 12
