# The codec is a PyJWT object at module level.
from jwt import PyJWT

from app.people import load_person

codec = PyJWT()


def identify(token):
    claims = codec.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
