# joserfc is told to accept none.
import os

from joserfc import jwt
from joserfc.jwk import OctKey


def claims(text):
    key = OctKey.import_key(os.environ["JWT_KEY"])
    return jwt.decode(text, key, algorithms=["HS256", "none"]).claims  # finding: auth.bypass.none-algorithm
