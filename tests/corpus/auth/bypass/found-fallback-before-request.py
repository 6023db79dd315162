# A Flask hook makes the first user the current one where there is no cookie.
import os

import jwt
from flask import Flask, g, request

from app.models import User

app = Flask(__name__)


@app.before_request
def load_user():
    token = request.cookies.get("token")
    if not token:
        g.user = User.query.first()  # finding: auth.bypass.fallback-user
        return
    g.user = User.query.get(jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"])
