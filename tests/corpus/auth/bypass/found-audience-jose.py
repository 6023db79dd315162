# python-jose ignores whom the token is for.
from jose import jwt

from app.keys import key_set


async def authenticate(token):
    return jwt.decode(  # finding: auth.bypass.audience-not-checked
        token,
        await key_set(),
        algorithms=["RS256"],
        issuer="https://login.example.com",
        options={"verify_aud": False},
    )
