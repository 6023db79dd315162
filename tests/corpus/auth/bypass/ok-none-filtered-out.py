# none is taken off the list of what is known.
import os

import jwt

KNOWN = ["HS256", "HS384", "none"]
ACCEPTED = [name for name in KNOWN if name != "none"]  # ok


def claims(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=ACCEPTED)  # ok
