# Literals say where the key is, not what it is.
from pathlib import Path

import jwt

from app.vault import read_secret


def token_for(user):
    return jwt.encode({"sub": user.id}, Path("/run/secrets/jwt").read_text(), algorithm="HS256")  # ok


def claims(token):
    return jwt.decode(token, read_secret("prod/jwt"), algorithms=["HS256"])  # ok
