# decode is imported through a module of the repository.
# === app/tokens.py
from jwt import decode, encode

__all__ = ["decode", "encode"]
# === app/identity.py
from app.people import load_person
from app.tokens import decode


def identify(token):
    claims = decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
