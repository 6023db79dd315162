# Only what is stored depends on the check; the answer is the same without.
import logging
import os

import jwt

from app.store import keep

KEY = os.environ["JWT_KEY"]


def exchange(token, answer):
    try:
        claims = jwt.decode(token, KEY, algorithms=["HS256"])
        if claims["may_store"]:
            keep(answer)
        else:
            logging.warning("not stored")
    except Exception:  # ok
        logging.warning("not stored")
    logging.info("done")
