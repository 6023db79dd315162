# The expiry must be there, and has some leeway.
import os

import jwt


def authenticate(token):
    options = {"require": ["exp", "iat"], "verify_exp": True}
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options=options, leeway=10)  # ok
