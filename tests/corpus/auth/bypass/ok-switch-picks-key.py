# The setting picks what the token is verified with.
import jwt

from app.keys import private_ring, public_key
from app.settings import settings


def claims(token):
    if settings.use_shared_secret:  # ok
        return jwt.decode(token, private_ring(), algorithms=["HS256"])
    return jwt.decode(token, public_key(), algorithms=["RS256"])
