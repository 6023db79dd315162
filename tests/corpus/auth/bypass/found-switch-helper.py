# The environment is asked in a small function.
import os

import jwt


def in_development():
    return os.getenv("STAGE", "prod") == "dev"


def user_id(token):
    if in_development():  # finding: auth.bypass.skip-switch
        return 1
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"]
