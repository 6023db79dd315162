# The policy names our own decorator; Flask-Login's on a view is another way.
# === .github/fifthwhy.yml
auth:
  canonical: Members
  patterns: [{name: Members, decorators: [club.auth.members_only]}]
# === club/auth.py
import functools

from flask import abort, session


def members_only(view):
    @functools.wraps(view)
    def wrapper(**kwargs):
        if session.get("member") is None:
            abort(403)
        return view(**kwargs)

    return wrapper
# === club/views.py
import flask_login
from flask import Blueprint

from club.auth import members_only

bp = Blueprint("club", __name__)


@bp.get("/bar")
@members_only  # ok
def bar():
    return "open"


@bp.get("/pool")
@flask_login.login_required  # finding: auth.patterns
def pool():
    return "open"
