# What the claims are handed to looks at something else.
import os

import jwt

from app.people import load_person


def _check_contract(claims):
    if claims.get("plan") != "paid":
        raise PermissionError


def identify(token):
    key = os.environ["JWT_KEY"]
    claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_aud": False})  # finding: auth.bypass.audience-not-checked
    _check_contract(claims)
    return load_person(claims["sub"])
