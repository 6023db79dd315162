# Several issuers are allowed, and the function knows them.
import jwt

from app.keys import public_key

ISSUERS = ("https://eu.example.com", "https://us.example.com")


def authenticate(token):
    claims = jwt.decode(token, public_key(), algorithms=["RS256"], audience="api", options={"verify_iss": False})  # ok
    if claims.get("iss") not in ISSUERS:
        raise PermissionError("unknown issuer")
    return claims
