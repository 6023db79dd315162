# Where the environment says nothing, everybody knows the key.
import os

import jwt


def token_for(user):
    return jwt.encode({"sub": user.id}, os.getenv("JWT_SECRET", "dev-secret"), algorithm="HS256")  # finding: auth.bypass.hardcoded-secret
