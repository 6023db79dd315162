# An asynchronous middleware decodes over several lines.
import jwt
from starlette.middleware.base import BaseHTTPMiddleware


class Identity(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        raw = request.headers.get("authorization", "").partition(" ")[2]
        claims = jwt.decode(  # finding: auth.bypass.unverified-signature
            raw,
            algorithms=["RS256"],
            options={
                "verify_signature": False,
                "verify_aud": False,
            },
        )
        request.state.user_id = claims["sub"]
        return await call_next(request)
