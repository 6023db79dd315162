# python-jose decodes with the signature switched off.
from jose import jwt

from app.people import load_person


def identify(token, key):
    claims = jwt.decode(token, key, algorithms=["RS256"], options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
