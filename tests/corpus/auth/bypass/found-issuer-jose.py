# python-jose ignores the issuer.
from jose import jwt

from app.keys import public_key

OPTIONS = dict(verify_iss=False)


async def authenticate(token):
    return jwt.decode(token, public_key(), algorithms=["RS256"], audience="api", options=OPTIONS)  # finding: auth.bypass.issuer-not-checked
