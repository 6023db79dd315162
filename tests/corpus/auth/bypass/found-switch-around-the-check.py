# The check runs only if a setting says so, and else a made-up user is in.
import jwt

from app.keys import public_key
from app.settings import settings


async def identify(token):
    if settings.verify_tokens:  # finding: auth.bypass.skip-switch
        claims = jwt.decode(token, public_key(), algorithms=["RS256"], audience="api")
        user = claims["sub"]
    else:
        user = "developer"
    return user
