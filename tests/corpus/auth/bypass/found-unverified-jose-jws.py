# python-jose's jws.verify is told not to verify.
import json

from jose import jws

from app.people import load_person


def identify(token, key):
    payload = jws.verify(token, key, ["RS256"], verify=False)  # finding: auth.bypass.unverified-signature
    return load_person(json.loads(payload)["sub"])
