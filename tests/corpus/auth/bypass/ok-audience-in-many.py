# One of several audiences is enough, which the function looks at.
from jose import jwt

from app.keys import public_key

OURS = frozenset({"web", "mobile"})


def authenticate(token):
    claims = jwt.decode(token, public_key(), algorithms=["RS256"], options={"verify_aud": False})  # ok
    audience = claims["aud"]
    if OURS.isdisjoint([audience] if isinstance(audience, str) else audience):
        raise PermissionError(audience)
    return claims
