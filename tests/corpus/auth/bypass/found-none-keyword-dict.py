# none hides in a dict of keyword arguments.
import os

import jwt

CHECKS = dict(algorithms=["HS256", "none"], audience="api")


class Tokens:
    def claims(self, token):
        return jwt.decode(token, os.environ["JWT_KEY"], **CHECKS)  # finding: auth.bypass.none-algorithm
