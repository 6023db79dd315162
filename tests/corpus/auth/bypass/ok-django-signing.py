# Django's signing verifies what it loads.
from django.core import signing

from app.people import load_person


def invited(value):
    data = signing.loads(value, salt="invitation", max_age=3600)  # ok
    name = signing.TimestampSigner(salt="name").unsign(data["name"], max_age=60)  # ok
    return load_person(name)
