# The canonical decorator has a twin in another package, which checks another key.
# === .github/fifthwhy.yml
auth:
  canonical: Guard
  patterns: [{name: Guard, decorators: [app.guard.token_required]}]
# === app/guard.py
import functools
import os

import jwt
from flask import request


def token_required(view):  # ok
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        jwt.decode(request.headers["X-Token"], os.environ["JWT_KEY"], algorithms=["HS256"])
        return view(*args, **kwargs)

    return wrapper
# === app/reports/guard.py
import functools
import os

import jwt
from flask import abort, request


def token_required(view):  # finding: auth.implementations
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        try:
            jwt.decode(request.args["token"], os.environ["REPORT_KEY"], algorithms=["HS256"])
        except (KeyError, jwt.InvalidTokenError):
            abort(401)
        return view(*args, **kwargs)

    return wrapper
