# A verified token of somebody new makes an account.
import os

import jwt

from app.people import Person, load_person


async def user_of(token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    person = await load_person(claims["sub"])
    if person is None:
        person = Person(id=claims["sub"], email=claims["email"])  # ok
        await person.save()
    return person
