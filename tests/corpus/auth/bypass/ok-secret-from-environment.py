# The key comes from the environment, or the start fails.
import os

import jwt
from flask import Flask

app = Flask(__name__)
app.secret_key = os.environ["SECRET_KEY"]  # ok
app.config["JWT_SECRET_KEY"] = os.getenv("JWT_SECRET")  # ok


def token_for(user):
    return jwt.encode({"sub": user.id}, app.config["JWT_SECRET_KEY"], algorithm="HS256")  # ok
