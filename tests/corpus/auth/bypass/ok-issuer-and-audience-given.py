# Issuer and audience are checked because they are given.
import os

from jose import jwt


def authenticate(token):
    return jwt.decode(  # ok
        token,
        os.environ["JWT_PUBLIC"],
        algorithms=["ES256"],
        audience="api",
        issuer="https://login.example.com",
        options={"verify_at_hash": False, "leeway": 5},
    )
