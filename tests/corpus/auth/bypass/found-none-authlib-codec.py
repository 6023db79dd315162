# An Authlib codec that accepts none.
from authlib.jose import JsonWebToken

from app.keys import key_set


def claims(text):
    result = JsonWebToken(["RS256", "none"]).decode(text, key_set())  # finding: auth.bypass.none-algorithm
    result.validate()
    return result
