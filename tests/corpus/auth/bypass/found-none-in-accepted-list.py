# none stands among the accepted algorithms.
import os

import jwt


def claims(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256", "none"])  # finding: auth.bypass.none-algorithm
