# What is caught is a missing library, not a bad token.
import os

try:
    from jwt import decode
except ImportError:  # ok
    from app.compatible_jwt import decode


def claims(token):
    return decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
