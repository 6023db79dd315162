# The options are a constant of another module of the repository.
# === app/token_options.py
STRICT = {"require": ["exp"]}
LENIENT = {"verify_signature": False}
# === app/identity.py
import jwt

from app import token_options
from app.people import load_person


def identify(token):
    claims = jwt.decode(token, options=token_options.LENIENT)  # finding: auth.bypass.unverified-signature
    return load_person(claims["email"])
