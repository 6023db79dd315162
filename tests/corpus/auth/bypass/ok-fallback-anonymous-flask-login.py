# The anonymous user of Flask-Login has no rights.
import os

import jwt
from flask_login import AnonymousUserMixin, LoginManager

from app.people import load_person

manager = LoginManager()


class Visitor(AnonymousUserMixin):
    name = "visitor"


@manager.request_loader
def user_of(request):
    token = request.headers.get("X-Token")
    if token is None:
        return Visitor()  # ok
    return load_person(jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"])
