# A setting of the Flask application opens every decorated view.
from functools import wraps

from flask import current_app
from flask_jwt_extended import verify_jwt_in_request


def signed_in(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        if current_app.config.get("LOGIN_OFF"):  # finding: auth.bypass.skip-switch
            return view(*args, **kwargs)
        verify_jwt_in_request()
        return view(*args, **kwargs)

    return guarded
