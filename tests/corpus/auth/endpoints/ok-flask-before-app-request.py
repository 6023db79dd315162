# One blueprint asks for a login before every request of the whole application.
# === club/auth.py
from flask import Blueprint, redirect, request, url_for
from flask_login import current_user

auth = Blueprint("auth", __name__)


@auth.before_app_request
def everybody_signs_in():
    if request.endpoint != "auth.login" and not current_user.is_authenticated:
        return redirect(url_for("auth.login"))


@auth.route("/login", methods=["GET", "POST"])
def login():  # ok
    return "<form>"
# === club/app.py
from flask import Flask, jsonify
from flask_login import LoginManager

from club.auth import auth

app = Flask(__name__)
LoginManager(app)
app.register_blueprint(auth)


@app.get("/plans")
def plans():  # ok
    return jsonify([])
