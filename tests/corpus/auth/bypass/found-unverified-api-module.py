# decode is reached through the api_jwt module of PyJWT.
from jwt import api_jwt

from app.people import load_person


def identify(token):
    claims = api_jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
