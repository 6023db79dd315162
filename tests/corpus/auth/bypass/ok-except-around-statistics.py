# The check is over before what may fail begins.
import logging
import os

import jwt


def identify(token, statistics):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    try:
        statistics.seen(claims["sub"])
    except Exception:  # ok
        logging.exception("statistics are down")
    return claims["sub"]
