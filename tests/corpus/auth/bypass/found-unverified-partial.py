# A partial of decode carries the option, and the call looks innocent.
from functools import partial

import jwt

from app.people import load_person

read = partial(jwt.decode, options={"verify_signature": False})


def identify(token):
    claims = read(token)  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
