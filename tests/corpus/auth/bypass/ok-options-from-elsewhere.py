# What the options say is not in sight, so nothing is said.
import os

import jwt


class Reader:
    def __init__(self, options):
        self._options = options

    def claims(self, token):
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options=self._options)  # ok
