# Every view wears the canonical decorator, or has it by a wrapped registration.
# === .github/fifthwhy.yml
auth:
  canonical: Members
  patterns: [{name: Members, decorators: [club.auth.members_only]}]
# === club/auth.py
import functools

from flask import abort
from flask_jwt_extended import verify_jwt_in_request


def members_only(view):
    @functools.wraps(view)
    def wrapper(**kwargs):
        if verify_jwt_in_request() is None:  # ok
            abort(403)
        return view(**kwargs)

    return wrapper
# === club/views.py
from flask import Blueprint

from club import auth

bp = Blueprint("club", __name__)


@bp.get("/bar")
@auth.members_only  # ok
def bar():
    return "open"


def pool():
    return "open"


bp.add_url_rule("/pool", view_func=auth.members_only(pool))  # ok
