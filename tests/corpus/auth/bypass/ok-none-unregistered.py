# The codec forgets none for good.
import os

from jwt import PyJWS

signatures = PyJWS()
signatures.unregister_algorithm("none")  # ok


def payload(token):
    return signatures.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
