# The switch is set in the options dict after it was made.
import jwt

from portal.people import Person


def person_for(token):
    opts = {"require": ["sub"]}
    opts["verify_signature"] = False
    claims = jwt.decode(token, algorithms=["RS256"], options=opts)  # finding: auth.bypass.unverified-signature
    return Person.get(claims["sub"])
