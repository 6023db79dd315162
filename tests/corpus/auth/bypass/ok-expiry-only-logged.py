# What is wrong with a token that was refused, for the log.
import logging
import os

import jwt


def log_refused_token(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"], options={"verify_exp": False})  # ok
    shown = {name: claims.get(name) for name in ("sub", "type")}
    logging.warning("refused: %s", shown)
