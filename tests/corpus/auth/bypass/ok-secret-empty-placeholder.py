# Empty defaults are no keys; the libraries refuse them.
import os

import jwt

SECRET = os.getenv("JWT_SECRET", "")
FALLBACK = None


def token_for(user):
    if not SECRET:
        raise RuntimeError("JWT_SECRET is not set")
    return jwt.encode({"sub": user.id}, SECRET, algorithm="HS256")  # ok
