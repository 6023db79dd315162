# A second decorator of our own decodes tokens; each view that wears it is a finding.
# === .github/fifthwhy.yml
auth:
  canonical: Login
  patterns: [{name: Login, decorators: [app.auth.login_required]}]
# === app/auth.py
import functools

from flask import abort, session


def login_required(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        if "member" not in session:
            abort(401)
        return view(*args, **kwargs)

    return wrapper
# === app/tokens.py
import functools
import os

import jwt
from flask import abort, request


def token_required(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        try:
            jwt.decode(request.headers["X-Token"], os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
        except (KeyError, jwt.InvalidTokenError):
            abort(401)
        return view(*args, **kwargs)

    return wrapper
# === app/views.py
from flask import Blueprint

from app.auth import login_required
from app.tokens import token_required

bp = Blueprint("views", __name__)


@bp.get("/sails")
@login_required  # ok
def sails():
    return "3"


@bp.get("/masts")
@token_required  # finding: auth.patterns
def masts():
    return "2"
