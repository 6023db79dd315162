# The issuer is peeked at to find the keys, and then the token is verified.
import jwt

from app.keys import keys_of

TRUSTED = {"https://a.example.com", "https://b.example.com"}


def authenticate(token):
    peeked = jwt.decode(token, options={"verify_signature": False})  # ok
    issuer = peeked["iss"]
    if issuer not in TRUSTED:
        raise PermissionError(issuer)
    return jwt.decode(token, keys_of(issuer), algorithms=["RS256"], issuer=issuer, audience="api")
