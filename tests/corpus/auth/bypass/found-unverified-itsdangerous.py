# loads_unsafe gives the payload, and what it says of the signature is thrown away.
import os

from itsdangerous import URLSafeSerializer

from app.people import load_person

serializer = URLSafeSerializer(os.environ["COOKIE_KEY"])


def from_cookie(request):
    _, data = serializer.loads_unsafe(request.cookies["who"])  # finding: auth.bypass.unverified-signature
    return load_person(data["id"])
