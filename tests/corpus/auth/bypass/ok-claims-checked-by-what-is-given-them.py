# What the claims are handed to checks the audience and the expiry, one call further down.
import os
import time

import jwt

from app.people import load_person


def _check_recipient(claims):
    if "reports" not in claims.get("aud", ()):
        raise PermissionError


def _check_contract(claims):
    _check_recipient(claims)
    if claims["exp"] < time.time():
        raise PermissionError


def identify(token):
    options = {"verify_aud": False, "verify_exp": False}
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options=options)  # ok
    _check_contract(claims)
    return load_person(claims["sub"])
