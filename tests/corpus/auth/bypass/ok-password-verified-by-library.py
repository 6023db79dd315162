# The comparison of hashes is left to the library.
from flask import abort, request
from werkzeug.security import check_password_hash

from app.people import load_person


def log_in():
    person = load_person(request.form["name"])
    if person is None or not check_password_hash(person.password_hash, request.form["password"]):  # ok
        abort(401)
    return person
