# Flask's abort raises, although it is no raise statement.
import os

import jwt
from flask import abort, g, request


def load_identity():
    try:
        g.claims = jwt.decode(request.cookies["token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.PyJWTError):  # ok
        abort(401)
    return g.claims["sub"]
