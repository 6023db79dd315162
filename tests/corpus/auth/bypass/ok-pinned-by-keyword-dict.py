# The algorithms come with the dict of keyword arguments.
import os

import jwt

CHECKS = {"algorithms": ["RS256"], "audience": "api"}


def claims(token):
    return jwt.decode(token, os.environ["JWT_PUBLIC"], **CHECKS)  # ok
