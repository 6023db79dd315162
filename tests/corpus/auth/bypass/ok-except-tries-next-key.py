# Several keys are tried, and if none fits the token is refused.
import jwt

from app.keys import verification_keys


def claims(token):
    for key in verification_keys():
        try:
            return jwt.decode(token, key, algorithms=["RS256"])
        except jwt.InvalidSignatureError:  # ok
            continue
    raise PermissionError("no key fits")
