# Which of two ways to verify a token is the right one.
import jwt

OWNER_CLAIM = "owner"


def is_of_shop(token):
    try:
        claims = jwt.decode(token, options={"verify_signature": False})  # ok
    except jwt.PyJWTError:
        return False
    return claims.get(OWNER_CLAIM) == "shop"
