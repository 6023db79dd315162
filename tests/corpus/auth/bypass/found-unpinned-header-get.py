# The token chooses, with a default that an attacker need not use.
from jose import jwt

from app.keys import public_key


async def claims(token):
    alg = jwt.get_unverified_header(token).get("alg", "RS256")
    return jwt.decode(  # finding: auth.bypass.algorithm-not-pinned
        token,
        public_key(),
        algorithms=alg,
    )
