# The function inside a Flask decorator trusts the role of an unverified token.
from functools import wraps

import jwt
from flask import abort, request


def admin_only(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        raw = request.headers.get("X-Access-Token", "")
        claims = jwt.decode(raw, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
        if claims.get("role") != "admin":
            abort(403)
        return view(*args, **kwargs)

    return guarded
