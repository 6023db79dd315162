# The middleware answers instead of going on.
import os

import jwt
from starlette.responses import JSONResponse


async def require_token(request, call_next):
    try:
        request.state.claims = jwt.decode(
            request.headers["authorization"][7:], os.environ["JWT_KEY"], algorithms=["HS256"]
        )
    except (KeyError, jwt.PyJWTError):  # ok
        return JSONResponse({"error": "unauthorized"}, status_code=401)
    return await call_next(request)
