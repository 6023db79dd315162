# Password hashes are compared with an operator.
import hashlib

from flask import abort, request

from app.people import load_person


def log_in():
    person = load_person(request.form["name"])
    digest = hashlib.pbkdf2_hmac("sha256", request.form["password"].encode(), person.salt, 600_000)
    if digest != person.password_hash:  # finding: auth.bypass.token-comparison
        abort(401)
    return person
