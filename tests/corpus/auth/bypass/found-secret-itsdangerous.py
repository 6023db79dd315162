# The signer of session cookies has a literal key.
from itsdangerous import TimestampSigner

signer = TimestampSigner("tin-drum", salt="session")  # finding: auth.bypass.hardcoded-secret


def cookie_for(user):
    return signer.sign(str(user.id))
