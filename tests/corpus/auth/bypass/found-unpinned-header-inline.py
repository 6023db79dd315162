# Header and decode are one expression.
import jwt as j


class Verifier:
    def __init__(self, key):
        self._key = key

    def claims(self, token):
        return j.decode(token, self._key, [j.get_unverified_header(token)["alg"]])  # finding: auth.bypass.algorithm-not-pinned
