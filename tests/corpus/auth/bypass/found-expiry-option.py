# An access token is accepted however old it is.
import os

import jwt


def authenticate(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options={"verify_exp": False})  # finding: auth.bypass.expiry-not-checked
