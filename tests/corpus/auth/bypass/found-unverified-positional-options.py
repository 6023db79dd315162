# The options are the fourth positional argument.
import jwt

from app.people import load_person


def identify(token, key):
    claims = jwt.decode(token, key, ["RS256"], {"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
