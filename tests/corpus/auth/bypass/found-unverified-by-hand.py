# The payload of the bearer token is decoded by hand.
import base64
import json

from flask import request

from app.people import load_person


def identify():
    token = request.headers["Authorization"].removeprefix("Bearer ")
    body = token.split(".")[1]
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
