# The made token has a real algorithm, although a claim says none.
import os

import jwt


def token_for(user):
    claims = {"sub": user.id, "acr": "none"}  # ok
    return jwt.encode(claims, os.environ["JWT_KEY"], algorithm="HS256")
