# The name of the function says that it does not verify; its caller does.
import os

import jwt

KEY = os.environ["JWT_KEY"]


def peek_claims_unverified(token):
    return jwt.decode(token, options={"verify_signature": False})  # ok


def authenticate(token, log):
    log.debug("token of %s", peek_claims_unverified(token).get("iss"))
    return jwt.decode(token, KEY, algorithms=["HS256"])
