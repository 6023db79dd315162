# A debugging aid says in its name that nothing is verified.
from jose import jwt


def inspect_without_verification(token):
    """What a token says, whoever made it; never use it to let anybody in."""
    return {"header": jwt.get_unverified_header(token), "claims": jwt.get_unverified_claims(token)}  # ok
