# python-jose takes one algorithm as text.
import os

from jose import jwt

ALGORITHM = "HS256"


def claims(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=ALGORITHM)  # ok
