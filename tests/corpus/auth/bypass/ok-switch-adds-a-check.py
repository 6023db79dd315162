# The setting makes the check stricter.
import os

import jwt

from app.sessions import is_revoked
from app.settings import settings


def claims(token):
    result = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    if settings.check_revocation and is_revoked(result["jti"]):  # ok
        raise PermissionError("revoked")
    return result
