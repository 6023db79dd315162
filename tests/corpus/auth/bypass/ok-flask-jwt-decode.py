# Flask-JWT-Extended checks the expiry unless told otherwise.
from flask_jwt_extended import decode_token


def identity(raw):
    return decode_token(raw, allow_expired=False)["sub"]  # ok
