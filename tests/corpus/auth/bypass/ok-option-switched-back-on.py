# The option is off in the template and on before the decode.
import os

import jwt


def claims(token):
    opts = {"verify_signature": False, "require": ["exp"]}
    opts["verify_signature"] = True
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options=opts)  # ok
