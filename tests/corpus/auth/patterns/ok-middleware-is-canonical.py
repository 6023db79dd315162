# The only middleware that validates is the canonical one, and others are none that validate.
# === .github/fifthwhy.yml
auth:
  canonical: Sessions
  patterns: [{name: Sessions, middleware: [app.sessions.SessionGate]}]
# === app/sessions.py
import os

import jwt
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import Response


class SessionGate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        try:
            jwt.decode(request.cookies.get("sid", ""), os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
        except jwt.InvalidTokenError:
            return Response(status_code=401)
        return await call_next(request)
# === app/main.py
from fastapi import FastAPI
from fastapi.middleware import Middleware
from fastapi.middleware.gzip import GZipMiddleware

from app.sessions import SessionGate

app = FastAPI(middleware=[Middleware(SessionGate)])  # ok
app.add_middleware(GZipMiddleware)  # ok
