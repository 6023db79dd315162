# python-jose is told to ignore the expiry.
import os

from jose import jwt

KEY = os.environ["JWT_KEY"]


async def current_user(token, users):
    claims = jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_exp": False})  # finding: auth.bypass.expiry-not-checked
    return await users.get(claims["sub"])
