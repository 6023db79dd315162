# A token is revoked whether it is expired or not.
import os

from jose import jwt


class Revocations:
    def __init__(self, store):
        self._store = store

    def revoke_token(self, token):
        key = os.environ["JWT_KEY"]
        claims = jwt.decode(token, key, algorithms=["HS256"], options={"verify_exp": False})  # ok
        self._store.add(claims["jti"])
