# The decode of an application class pins the algorithm inside.
import os

import jwt


class Tokens:
    def decode(self, token):
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])


def claims(token):
    return Tokens().decode(token)  # ok
