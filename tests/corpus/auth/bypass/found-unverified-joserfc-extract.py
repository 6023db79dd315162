# joserfc only takes the token apart, and the payload is believed.
import json

from joserfc import jws

from app.people import load_person


def identify(token: str):
    obj = jws.extract_compact(token.encode())  # finding: auth.bypass.unverified-signature
    return load_person(json.loads(obj.payload)["sub"])
