# To make a token, to read its header or to fetch keys is no validation.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt

KEYS = jwt.PyJWKClient(os.environ["JWKS_URL"])  # ok


def verify(token):
    key = KEYS.get_signing_key_from_jwt(token)  # ok
    return jwt.decode(token, key.key, algorithms=["RS256"])  # ok
# === app/tickets.py
import os

import jwt
from flask_login import current_user, login_user, logout_user


def make(name):
    return jwt.encode({"sub": name}, os.environ["TICKET_KEY"], algorithm="HS256")  # ok


def key_id(token):
    return jwt.get_unverified_header(token)["kid"]  # ok


def change(user):
    logout_user()  # ok
    login_user(user)  # ok
    return current_user
# === app/views.py
from app.auth import verify


def seats(request):
    return verify(request.token)["sub"]  # ok
