# The check that is left out is not one of who somebody is.
import os
import secrets

from fastapi import HTTPException


def check_csrf(request):
    if os.environ.get("AUTH_DISABLED"):
        return  # ok
    shown, kept = request.headers.get("X-Csrf-Token"), request.cookies.get("csrf_token")
    if not secrets.compare_digest(shown or "", kept or "-"):
        raise HTTPException(status_code=403)
