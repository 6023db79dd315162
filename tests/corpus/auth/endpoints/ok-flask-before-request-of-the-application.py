# Before every request the token is decoded, and without a valid one the answer is 401.
# === shop/__init__.py
import os

import jwt
from flask import Flask, abort, g, request

from shop.views import bp


def authenticate():
    try:
        g.claims = jwt.decode(request.headers["x-token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    except (KeyError, jwt.InvalidTokenError):
        abort(401)


def create_app():
    app = Flask(__name__)
    app.before_request(authenticate)
    app.register_blueprint(bp)
    return app
# === shop/views.py
from flask import Blueprint, g, jsonify

bp = Blueprint("views", __name__)


@bp.route("/carts")
def carts():  # ok
    return jsonify(of=g.claims["sub"])


@bp.route("/carts", methods=["POST"])
def add_cart():  # ok
    return jsonify(number=1), 201
