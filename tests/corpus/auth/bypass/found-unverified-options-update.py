# The switch arrives in the options by update().
import jwt

from portal.people import Person


def person_for(token):
    opts = {}
    opts.update(verify_signature=False)
    claims = jwt.decode(token, options=opts)  # finding: auth.bypass.unverified-signature
    return Person.get(claims["sub"])
