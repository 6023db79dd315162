# decode_complete is asked not to verify, and the payload is believed.
import jwt

from app.people import load_person


def identify(token):
    whole = jwt.decode_complete(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    return load_person(whole["payload"]["sub"])
