# Which requests need no token is a list in the code, not a switch.
import os

import jwt
from aiohttp import web

PUBLIC = {"/health", "/login"}


@web.middleware
async def require_token(request, handler):
    if request.method == "OPTIONS" or request.path in PUBLIC:  # ok
        return await handler(request)
    try:
        request["claims"] = jwt.decode(request.headers.get("X-Token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:
        raise web.HTTPUnauthorized from error
    return await handler(request)
