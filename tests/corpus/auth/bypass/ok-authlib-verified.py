# Authlib verifies in decode and checks the claims in validate.
from authlib.jose import JsonWebToken

codec = JsonWebToken(["RS256"])


def claims(text, key_set):
    result = codec.decode(text, key_set, claims_options={"aud": {"essential": True, "value": "api"}})  # ok
    result.validate()
    return result
