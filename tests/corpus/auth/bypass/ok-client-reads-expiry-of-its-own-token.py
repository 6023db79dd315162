# A client looks up how long the token that it just got will last.
import time

import jwt
import requests


class ApiClient:
    def __init__(self, token_url, client_id, secret):
        self._token_url = token_url
        self._auth = (client_id, secret)

    def fetch(self):
        reply = requests.post(self._token_url, auth=self._auth, data={"grant_type": "client_credentials"}, timeout=10)
        token = reply.json()["access_token"]
        expires = jwt.decode(token, options={"verify_signature": False})["exp"]  # ok
        return token, expires - time.time()
