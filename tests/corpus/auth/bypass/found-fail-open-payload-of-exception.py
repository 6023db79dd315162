# The payload is fished out of the exception that says it is forged.
import json
import os

from itsdangerous import BadSignature, TimestampSigner

signer = TimestampSigner(os.environ["COOKIE_KEY"])


def session_data(cookie):
    try:
        return json.loads(signer.unsign(cookie, max_age=3600))
    except BadSignature as error:  # finding: auth.bypass.fail-open
        return json.loads(error.payload)
