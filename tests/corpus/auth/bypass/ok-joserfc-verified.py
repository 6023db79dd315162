# joserfc verifies with a key and named algorithms.
import os

from joserfc import jwt
from joserfc.jwk import OctKey

KEY = OctKey.import_key(os.environ["JWT_KEY"])
REGISTRY = jwt.JWTClaimsRegistry(exp={"essential": True})


def claims(text):
    token = jwt.decode(text, KEY, algorithms=["HS256"])  # ok
    REGISTRY.validate(token.claims)
    return token.claims
