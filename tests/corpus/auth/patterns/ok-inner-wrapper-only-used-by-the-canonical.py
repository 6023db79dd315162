# The canonical check goes through a function of another module that nobody else uses.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns: [{name: Users, calls: [app.users.current_user]}]
# === app/tokens.py
import os

import jwt


def read_token(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/users.py
from app.tokens import read_token


def current_user(request):
    claims = read_token(request.headers["x-token"])  # ok
    if claims["sub"] in request.app.banned:
        raise PermissionError(claims["sub"])
    return claims
# === app/views.py
from app.users import current_user


def nuts(request):
    return current_user(request)["sub"]  # ok
