# A random key does not stand in the code.
import os
import secrets

from flask import Flask
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware

web = Flask(__name__)
web.secret_key = os.environ.get("SECRET_KEY", secrets.token_hex(32))  # ok
api = Starlette()
api.add_middleware(SessionMiddleware, secret_key=secrets.token_urlsafe(32))  # ok
