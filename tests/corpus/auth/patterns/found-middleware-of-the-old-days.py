# The policy knows two middlewares; the application adds the one that is not canonical.
# === .github/fifthwhy.yml
auth:
  canonical: Sessions
  patterns:
    - {name: Sessions, middleware: [app.sessions.SessionGate]}
    - {name: Keys, middleware: [app.keys.KeyGate]}
# === app/sessions.py
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import Response


class SessionGate(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if "user" not in request.session:
            return Response(status_code=401)
        return await call_next(request)
# === app/keys.py
class KeyGate:
    def __init__(self, app):
        self.app = app
# === app/main.py
from fastapi import FastAPI

from app.keys import KeyGate
from app.sessions import SessionGate

app = FastAPI()
app.add_middleware(SessionGate)  # ok
batch = FastAPI()
batch.add_middleware(KeyGate)  # finding: auth.patterns
