# google-auth is told not to verify the token of a push request.
from flask import abort, request
from google.auth import jwt


def push_sender():
    raw = request.headers["Authorization"].split(" ", 1)[1]
    claims = jwt.decode(raw, verify=False)  # finding: auth.bypass.unverified-signature
    if not claims["email"].endswith("@push.example.com"):
        abort(403)
    return claims["email"]
