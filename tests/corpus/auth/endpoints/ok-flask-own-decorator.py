# A decorator of our own decodes the token before it calls the view.
# === app/guard.py
import functools
import os

import jwt
from flask import abort, g, request


def token_required(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        header = request.headers.get("Authorization", "")
        try:
            g.claims = jwt.decode(header.removeprefix("Bearer "), os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.InvalidTokenError:
            abort(401)
        return view(*args, **kwargs)

    return wrapper
# === app/main.py
from flask import Flask, jsonify

from app.guard import token_required

app = Flask(__name__)


@app.route("/pumps")
@token_required
def pumps():  # ok
    return jsonify([])
