# An application's own anonymous user says that it is not authenticated.
import os

import jwt

from app.people import load_person


class Nobody:
    is_authenticated = False
    roles = frozenset()


def user_of(request):
    token = request.headers.get("X-Token")
    if not token:
        return Nobody()  # ok
    return load_person(jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"])
