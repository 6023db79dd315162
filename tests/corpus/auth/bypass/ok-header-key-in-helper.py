# A helper looks the key up by the header, the caller verifies with it.
import jwt

from app.keys import PUBLIC_KEYS


def _key_for(token):
    header = jwt.get_unverified_header(token)  # ok
    return PUBLIC_KEYS[header["kid"]]


def claims(token):
    return jwt.decode(token, _key_for(token), algorithms=["ES256"])
