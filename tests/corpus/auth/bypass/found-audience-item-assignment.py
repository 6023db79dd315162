# The audience check is switched off after the options were made.
import jwt as j

from app.keys import public_key


def authenticate(token):
    options = {"require": ["exp"]}
    options["verify_aud"] = False
    return j.decode(token, public_key(), ["RS256"], options)  # finding: auth.bypass.audience-not-checked
