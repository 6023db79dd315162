# The middleware goes on with the request when the token is bad.
import os

import jwt
from starlette.middleware.base import BaseHTTPMiddleware


class RequireToken(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        token = request.headers.get("authorization", "")[7:]
        try:
            jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
        except Exception:  # finding: auth.bypass.fail-open
            pass
        return await call_next(request)
