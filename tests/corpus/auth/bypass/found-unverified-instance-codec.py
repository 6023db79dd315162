# The codec is a PyJWT object that the instance keeps.
import jwt


class Gatekeeper:
    def __init__(self, users):
        self._jwt = jwt.PyJWT()
        self._users = users

    def user(self, token):
        claims = self._jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
        return self._users.get(claims["sub"])
