# One token is verified, but the identity comes from another one that is not.
import os

import jwt

from app.people import load_person

KEY = os.environ["JWT_KEY"]


def sign_in(body):
    jwt.decode(body["access_token"], KEY, algorithms=["RS256"], audience="api")  # ok
    who = jwt.decode(body["id_token"], options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(who["email"])
