# What may fail without harm is the cache, not the check.
import os

import jwt


def claims(token, cache):
    try:
        cache.touch(token)
    except ConnectionError:  # ok
        pass
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
