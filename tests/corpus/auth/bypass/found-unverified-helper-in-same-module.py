# A helper reads the claims, and the caller never verifies them.
import jwt

from app.people import load_person


def claims_of(token):
    return jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature


def authenticate(request):
    claims = claims_of(request.headers["Authorization"].split()[1])
    return load_person(claims["sub"])
