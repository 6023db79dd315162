# None means nobody, with and without the setting.
import jwt

from app.people import load_person
from app.settings import settings


def optional_user(token):
    if not settings.sign_in_enabled or not token:  # ok
        return None
    try:
        claims = jwt.decode(token, settings.jwt_secret, algorithms=["HS256"])
    except jwt.PyJWTError:
        return None
    return load_person(claims["sub"])
