# An invalid token makes one an operator.
import os

import jwt

from app.people import Person, load_person


def identify(token):
    try:
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:  # finding: auth.bypass.fail-open
        return Person(id=0, name="operator", is_admin=True)
    return load_person(claims["sub"])
