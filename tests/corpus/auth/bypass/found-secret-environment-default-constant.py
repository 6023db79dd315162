# The default of the environment ends up in a constant that verifies.
from os import environ

import jwt

SECRET = environ.get("JWT_SECRET", "change-me-please")


def claims(token):
    return jwt.decode(token, SECRET, algorithms=["HS256"])  # finding: auth.bypass.hardcoded-secret
