# A middleware that counts how often tokens are used, also those that are refused.
import jwt

from app.numbers import count


class UsageMiddleware:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        await self.app(scope, receive, send)
        headers = dict(scope["headers"])
        token = headers.get(b"authorization", b"")[7:].decode()
        claims = jwt.decode(token, options={"verify_signature": False})  # ok
        count(claims["sub"])
