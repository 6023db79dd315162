# The codec is made so that it never looks at the expiry.
import os

import jwt

codec = jwt.PyJWT(options={"verify_exp": False})


def authenticate(token):
    return codec.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # finding: auth.bypass.expiry-not-checked
