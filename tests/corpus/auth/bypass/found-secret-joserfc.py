# joserfc signs with a key that is made of a literal.
from joserfc import jwt
from joserfc.jwk import OctKey


def token_for(user):
    return jwt.encode({"alg": "HS256"}, {"sub": user.id}, OctKey.import_key("paper-boat"))  # finding: auth.bypass.hardcoded-secret
