# Django's signer is given a key of its own, in the code.
from django.core.signing import Signer

invitations = Signer(key="come-in", salt="invitation")  # finding: auth.bypass.hardcoded-secret


def invitation(address):
    return invitations.sign(address)
