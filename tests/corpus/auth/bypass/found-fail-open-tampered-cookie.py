# What a cookie says counts although its signature is wrong.
from django.core import signing

from app.people import load_person


def person_of(request):
    cookie = request.COOKIES["who"]
    try:
        person_id = signing.Signer().unsign(cookie)
    except signing.BadSignature:  # finding: auth.bypass.fail-open
        person_id = cookie.rsplit(":", 1)[0]
    return load_person(person_id)
