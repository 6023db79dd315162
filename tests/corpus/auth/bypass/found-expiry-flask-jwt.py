# Flask-JWT-Extended decodes expired tokens in a guard.
from functools import wraps

from flask import g, request
from flask_jwt_extended import decode_token


def with_identity(view):
    @wraps(view)
    def inner(*args, **kwargs):
        token = request.cookies.get("access_token_cookie", "")
        g.identity = decode_token(token, allow_expired=True)["sub"]  # finding: auth.bypass.expiry-not-checked
        return view(*args, **kwargs)

    return inner
