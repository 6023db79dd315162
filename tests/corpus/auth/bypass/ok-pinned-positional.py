# The algorithms are the third positional argument.
import os

import jwt


def claims(token):
    return jwt.decode(token, os.environ["JWT_PUBLIC"], ["RS256"])  # ok
