# joserfc is handed the algorithm that the token asks for.
from jose.jwt import get_unverified_header
from joserfc import jwt

from app.keys import KEY_SET


def claims(text):
    wanted = get_unverified_header(text)["alg"]
    return jwt.decode(text, KEY_SET, algorithms=[wanted]).claims  # finding: auth.bypass.algorithm-not-pinned
