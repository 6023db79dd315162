# An identity service is asked first, and refuses by its status.
import jwt
import requests

from app.people import load_person


def identify(token):
    reply = requests.post("https://id.example.com/verify", json={"token": token}, timeout=5)
    reply.raise_for_status()
    email = jwt.decode(token, options={"verify_signature": False})["email"]  # ok
    return load_person(email)
