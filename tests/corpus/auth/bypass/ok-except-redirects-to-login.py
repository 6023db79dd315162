# Whose session does not hold is sent to the login page.
import os
from functools import wraps

from flask import redirect, request, url_for
from itsdangerous import BadSignature, URLSafeTimedSerializer

serializer = URLSafeTimedSerializer(os.environ["COOKIE_KEY"])


def signed_in(view):
    @wraps(view)
    def guarded(*args, **kwargs):
        try:
            serializer.loads(request.cookies.get("who", ""), max_age=3600)
        except BadSignature:  # ok
            return redirect(url_for("login", next=request.path))
        return view(*args, **kwargs)

    return guarded
