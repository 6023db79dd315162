# Whether a stored token has expired, so that it is renewed in time.
import time

import jwt


class Stored:
    def __init__(self, owner):
        self.owner = owner

    def is_token_expired(self, token):
        claims = jwt.decode(token, options={"verify_signature": False})  # ok
        assert claims["sub"] == self.owner
        return claims["exp"] < time.time()
