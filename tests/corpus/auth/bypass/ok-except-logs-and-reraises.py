# The failure is logged and raised again.
import logging
import os

import jwt

log = logging.getLogger(__name__)


async def claims(token):
    try:
        return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except Exception:  # ok
        log.exception("token refused")
        raise
