# The argument is there, but None.
import jwt

from app.keys import public_key


def claims(token):
    return jwt.decode(token, public_key(), algorithms=None, audience="api")  # finding: auth.bypass.algorithm-not-pinned
