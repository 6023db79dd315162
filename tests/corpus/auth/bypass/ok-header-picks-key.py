# The unverified header names the key, which is what it is for.
import jwt

from app.keys import PUBLIC_KEYS


def authenticate(token):
    kid = jwt.get_unverified_header(token)["kid"]  # ok
    return jwt.decode(token, PUBLIC_KEYS[kid], algorithms=["RS256"], audience="api")
