# The program looks when its own token for another service runs out.
import time

import jwt
from flask import current_app

from app.service import new_token


def service_token():
    if not (claims := jwt.decode(current_app.api_token, options={"verify_signature": False})):  # ok
        return new_token()
    return new_token() if claims["exp"] < time.time() else current_app.api_token
