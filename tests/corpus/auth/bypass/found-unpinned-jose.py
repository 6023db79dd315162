# python-jose takes any algorithm when none are named.
from jose import jwt

from app.keys import public_key


def claims(token):
    return jwt.decode(token, public_key(), audience="api")  # finding: auth.bypass.algorithm-not-pinned
