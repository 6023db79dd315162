# The token chooses the algorithm that it is verified with.
import jwt

from app.keys import PUBLIC_KEYS


def claims(token):
    header = jwt.get_unverified_header(token)
    key = PUBLIC_KEYS[header["kid"]]
    return jwt.decode(token, key, algorithms=[header["alg"]])  # finding: auth.bypass.algorithm-not-pinned
