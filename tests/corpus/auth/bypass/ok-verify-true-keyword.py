# The old keyword is there, and true.
import os

import jwt


def claims(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], verify=True)  # ok
