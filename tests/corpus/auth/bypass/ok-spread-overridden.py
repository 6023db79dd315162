# The last key of a spread counts.
import os

import jwt

LENIENT = {"verify_signature": False}


def claims(token):
    options = {**LENIENT, "verify_signature": True}
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options=options)  # ok
