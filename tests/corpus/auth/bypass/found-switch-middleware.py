# The middleware passes all requests on in development.
import os

import jwt
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import PlainTextResponse


class RequireToken(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        if os.environ.get("APP_ENV") == "development":  # finding: auth.bypass.skip-switch
            return await call_next(request)
        try:
            jwt.decode(request.headers.get("x-token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.PyJWTError:
            return PlainTextResponse("unauthorized", status_code=401)
        return await call_next(request)
