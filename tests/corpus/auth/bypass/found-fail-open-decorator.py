# The decorator calls the view after a failed check.
import logging
from functools import wraps

from flask import request
from flask_jwt_extended import verify_jwt_in_request


def login_needed(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        try:
            verify_jwt_in_request()
        except Exception:  # finding: auth.bypass.fail-open
            logging.exception("could not verify %s", request.path)
        return view(*args, **kwargs)

    return guarded
