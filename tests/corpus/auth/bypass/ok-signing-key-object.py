# A PyJWK brings its algorithm along.
import jwt
from jwt import PyJWKClient

client = PyJWKClient("https://login.example.com/.well-known/jwks.json")


def claims(token):
    signing_key = client.get_signing_key_from_jwt(token)  # ok
    return jwt.decode(token, signing_key, audience="api")  # ok
