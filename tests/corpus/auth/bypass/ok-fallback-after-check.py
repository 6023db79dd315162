# The token has been verified; it is one of the whole installation and names nobody.
import os

import jwt

from app.people import DefaultUser, load_person


def owner_of(token):
    payload = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    user_id = payload["user_id"]
    if user_id:
        user = load_person(user_id)
    else:
        user = DefaultUser()  # ok
    return user
