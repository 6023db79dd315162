# The peek does not check the expiry, the decode after it does.
import jwt

from app.keys import keys_of


def authenticate(token):
    peeked = jwt.decode(token, options={"verify_signature": False, "verify_exp": False})  # ok
    return jwt.decode(token, keys_of(peeked["iss"]), algorithms=["RS256"])
