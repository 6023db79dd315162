# python-jose is given none to accept.
import os

from jose import jwt


async def claims(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS512", "none"])  # finding: auth.bypass.none-algorithm
