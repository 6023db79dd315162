# Signing out goes on where the second token cannot be read any more.
import logging
import os

import jwt

from app.revoked import revoke

KEY = os.environ["JWT_KEY"]


class LogoutCase:
    def execute(self, token):
        try:
            claims = jwt.decode(token, KEY, algorithms=["HS256"])
            revoke(claims["sub"])
        except Exception:  # ok
            logging.warning("not revoked")
        logging.info("signed out")
