# A function that turns the library's errors into its own is still a wrapper, and the only one.
# === app/auth.py
import logging
import os

import jwt

log = logging.getLogger(__name__)


class Refused(Exception):
    pass


def verify(header):
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer":
        raise Refused("no bearer token")
    try:
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], audience="shop")  # ok
    except jwt.ExpiredSignatureError as error:
        raise Refused("expired") from error
    except jwt.InvalidTokenError as error:
        log.warning("refused a token: %s", error)
        raise Refused("invalid") from error
    return claims
# === app/views.py
from app.auth import verify


def hats(request):
    return verify(request.headers["authorization"])["sub"]  # ok


def caps(request):
    return verify(request.headers["authorization"])["sub"]  # ok
