# A bad token is logged, and then declared valid.
import logging
import os

import jwt

log = logging.getLogger(__name__)


def is_valid(token):
    try:
        jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:  # finding: auth.bypass.fail-open
        log.warning("token refused: %s", error)
    return True
