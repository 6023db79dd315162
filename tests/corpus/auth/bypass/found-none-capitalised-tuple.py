# The case of none does not matter.
import os

import jwt

ACCEPTED = ("RS256", "None")


def claims(token):
    return jwt.decode(token, os.environ["JWT_PUBLIC"], algorithms=ACCEPTED, audience="api")  # finding: auth.bypass.none-algorithm
