# Without a policy, the check that is used most is canonical; another module defines it again.
# === app/auth.py
import os

import jwt


def authenticate(token):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/views.py
from app.auth import authenticate


def roofs(request):
    return authenticate(request.token)["sub"]


def walls(request):
    return authenticate(request.token)["sub"]


def doors(request):
    return authenticate(request.token)["sub"]
# === app/worker.py
import os

import jwt


def authenticate(token):  # finding: auth.implementations
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256", "HS512"])


def handle(message):
    return authenticate(message["token"])["sub"], message["body"]
