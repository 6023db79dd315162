# The accepted algorithms are configured.
import jwt

from app.settings import settings


def claims(token):
    return jwt.decode(token, settings.jwt_key, algorithms=settings.jwt_algorithms)  # ok
