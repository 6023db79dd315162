# google-auth verifies against the certificates.
from google.auth import jwt

from app.keys import load_certs


def claims(raw):
    return jwt.decode(raw, certs=load_certs(), audience="https://push.example.com")  # ok
