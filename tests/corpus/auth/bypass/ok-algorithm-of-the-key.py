# The algorithm is the one that the published key says, not the token.
import jwt

from app.keys import jwk_by_id


def claims(token):
    kid = jwt.get_unverified_header(token)["kid"]
    jwk = jwk_by_id(kid)
    return jwt.decode(token, jwt.PyJWK(jwk).key, algorithms=[jwk["alg"]], audience="api")  # ok
