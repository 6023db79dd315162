# All the switches are named, and all are on.
import os

import jwt

OPTIONS = {"verify_signature": True, "verify_exp": True, "verify_aud": True, "verify_iss": True}


def claims(token):
    return jwt.decode(  # ok
        token,
        os.environ["JWT_KEY"],
        algorithms=["HS256"],
        audience="api",
        issuer="https://login.example.com",
        options=OPTIONS,
    )
