# All keyword arguments of decode are built beforehand.
import jwt

from app.people import load_person


def identify(token, key):
    how = {"algorithms": ["RS256"], "options": {"verify_signature": False}}
    claims = jwt.decode(token, key, **how)  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
