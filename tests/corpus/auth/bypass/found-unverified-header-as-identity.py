# Not the key but the user is taken from the unverified header.
from flask import request
from flask_jwt_extended import get_unverified_jwt_headers

from app.people import load_person


def identify():
    header = get_unverified_jwt_headers(request.cookies["access_token"])  # finding: auth.bypass.unverified-signature
    return load_person(header["uid"])
