# Which keywords arrive is up to the caller.
import os

import jwt


def claims(token, **checks):
    return jwt.decode(token, os.environ["JWT_KEY"], **checks)  # ok
