# A token that says none is turned away.
import os

import jwt


def claims(token):
    if jwt.get_unverified_header(token).get("alg", "none").lower() == "none":  # ok
        raise PermissionError("unsigned tokens are not accepted")
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
