# The reset token of the query string is compared with the stored one.
from flask import abort, request

from app.people import load_person


def reset_password(name):
    person = load_person(name)
    if request.args["token"] != person.reset_token:  # finding: auth.bypass.token-comparison
        abort(403)
    return person
