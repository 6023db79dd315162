# Without a signature the switches of the claims add nothing, and are not told.
import jwt

from app.people import load_person


def identify(token):
    claims = jwt.decode(  # finding: auth.bypass.unverified-signature
        token,
        options={"verify_signature": False, "verify_exp": False, "verify_aud": False, "verify_iss": False},
    )
    return load_person(claims["sub"])
