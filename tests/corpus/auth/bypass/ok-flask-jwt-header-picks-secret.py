# Flask-JWT-Extended's unverified header picks the secret in the key loader.
from flask_jwt_extended import decode_token, get_unverified_jwt_headers

from app.keys import known_kid


def identity(raw):
    kid = get_unverified_jwt_headers(raw).get("kid")  # ok
    if not known_kid(kid):
        raise PermissionError("unknown key")
    return decode_token(raw)["sub"]
