# Without a policy, the function that encloses two libraries is canonical; direct calls go round it.
# === app/auth.py
import os

import jwt
from google.auth.transport.requests import Request
from google.oauth2 import id_token


def authenticate(token):
    if token.startswith("google."):
        return id_token.verify_oauth2_token(token.removeprefix("google."), Request())  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/views.py
from app.auth import authenticate


def boats(request):
    return authenticate(request.token)["sub"]  # ok


def oars(request):
    return authenticate(request.token)["sub"]  # ok
# === app/jobs.py
import os

import jwt


def run_job(message, queue):
    claims = jwt.decode(message.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # finding: auth.patterns
    queue.put((claims["sub"], message.body))
    queue.join()
