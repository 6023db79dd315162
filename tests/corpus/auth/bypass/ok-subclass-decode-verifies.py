# An instance attribute that is a PyJWT object verifies with all that it needs.
import jwt


class Gatekeeper:
    def __init__(self, key):
        self._jwt = jwt.PyJWT(options={"require": ["exp", "aud"]})
        self._key = key

    async def user_id(self, token):
        return self._jwt.decode(token, self._key, algorithms=["EdDSA"], audience="api")["sub"]  # ok
