# An application's own tokens have no audience; nothing is switched off.
import os

import jwt


def authenticate(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
