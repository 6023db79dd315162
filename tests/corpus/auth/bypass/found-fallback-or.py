# The claims of nobody are replaced by those of an administrator.
import os

import jwt

ADMIN = {"sub": "admin", "roles": ["admin"]}


def identify(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"]) if token else None
    return claims or ADMIN  # finding: auth.bypass.fallback-user
