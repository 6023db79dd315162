# Who could not be told is nobody: the context is for the log.
import os

import jwt
from starlette.middleware.base import BaseHTTPMiddleware


class LogContext(BaseHTTPMiddleware):
    def context(self, request):
        try:
            token = request.headers["authorization"].removeprefix("Bearer ")
            claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
            context = {"user_id": claims["sub"], "method": "jwt"}
        except Exception:  # ok
            context = {"user_id": "anonymous", "method": "failed"}
        return context
