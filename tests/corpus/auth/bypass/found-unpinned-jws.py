# A JWS is verified with the algorithm of its own header.
from jose import jws

from app.keys import public_key


def payload(token):
    header = jws.get_unverified_header(token)
    return jws.verify(token, public_key(), header["alg"])  # finding: auth.bypass.algorithm-not-pinned
