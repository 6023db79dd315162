# The function is there to tell when a token has expired.
import os
from datetime import UTC, datetime

import jwt


def expired_since(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options={"verify_exp": False})  # ok
    return datetime.now(UTC) - datetime.fromtimestamp(claims["exp"], UTC)
