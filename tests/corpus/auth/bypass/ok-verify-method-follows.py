# After the peek the token goes to the verifying method of the class.
import jwt


class Verifier:
    def __init__(self, rings):
        self._rings = rings

    def authenticate(self, token):
        issuer = jwt.decode(token, options={"verify_signature": False})["iss"]  # ok
        return self._verified(token, self._rings[issuer])

    def _verified(self, token, key):
        return jwt.decode(token, key, algorithms=["RS256"], audience="api")
