# The header's algorithm is used only if it is one of ours.
import jwt

from app.keys import PUBLIC_KEYS

ALLOWED = {"RS256", "ES256"}


def claims(token):
    header = jwt.get_unverified_header(token)
    if header["alg"] not in ALLOWED:
        raise PermissionError(header["alg"])
    return jwt.decode(token, PUBLIC_KEYS[header["kid"]], algorithms=[header["alg"]])  # ok
