# A Starlette authentication backend believes an unverified token.
import jwt
from starlette.authentication import AuthCredentials, AuthenticationBackend, SimpleUser


class BearerBackend(AuthenticationBackend):
    async def authenticate(self, conn):
        header = conn.headers.get("Authorization")
        if header is None:
            return None
        claims = jwt.decode(header[7:], options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
        return AuthCredentials(["authenticated"]), SimpleUser(claims["sub"])
