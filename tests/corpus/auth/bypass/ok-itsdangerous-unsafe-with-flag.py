# loads_unsafe is used for the error message; the signature flag is obeyed.
import os

from itsdangerous import URLSafeSerializer

serializer = URLSafeSerializer(os.environ["COOKIE_KEY"])


def unpack(value):
    valid, payload = serializer.loads_unsafe(value)  # ok
    if not valid:
        raise ValueError("the cookie was tampered with")
    return payload["user"]
