# The debug flag only makes the check talk.
import logging
import os

import jwt

log = logging.getLogger(__name__)


def claims(token):
    if os.getenv("DEBUG_AUTH"):  # ok
        log.warning("verifying a token of %d characters", len(token))
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
