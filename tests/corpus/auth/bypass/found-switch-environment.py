# An environment variable signs everybody in as a developer.
import os

import jwt


def current_user(token):
    if os.getenv("DISABLE_AUTH"):  # finding: auth.bypass.skip-switch
        return {"sub": "dev", "role": "admin"}
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
