# Only what a verified token does not say has a default.
import os

import jwt


def profile(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    return {
        "id": claims["sub"],
        "role": claims.get("role", "viewer"),  # ok
        "language": claims.get("locale") or "en",  # ok
    }
