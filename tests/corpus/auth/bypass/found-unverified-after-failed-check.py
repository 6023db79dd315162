# When the signature is wrong, the token is read again without it.
import os

import jwt

KEY = os.environ["JWT_KEY"]


def user_id(token):
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])  # ok
    except jwt.InvalidSignatureError:  # finding: auth.bypass.fail-open
        claims = jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return claims["sub"]
