# The library is imported in the function that uses it.
from app.people import load_person


def identify(token):
    import jwt

    claims = jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
