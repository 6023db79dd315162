# The dict of keyword arguments names all but the algorithms.
import jwt

from app.keys import public_key

CHECKS = {"audience": "api", "issuer": "https://login.example.com"}


def claims(token):
    return jwt.decode(token, public_key(), **CHECKS)  # finding: auth.bypass.algorithm-not-pinned
