# The placeholder is known, and the application refuses to run with it.
import os

import jwt

SECRET = os.getenv("JWT_SECRET", "change-me")

if SECRET == "change-me":  # ok
    raise SystemExit("set JWT_SECRET")


def token_for(user):
    return jwt.encode({"sub": user.id}, SECRET, algorithm="HS256")  # ok
