# The hook for the whole application is decorated, and asks for a login that way.
# === gym/members.py
from flask import Blueprint
from flask_login import login_required

members = Blueprint("members", __name__)


@members.before_app_request
@login_required
def signed_in():
    pass
# === gym/app.py
from flask import Flask, jsonify
from flask_login import LoginManager

from gym.members import members

app = Flask(__name__)
LoginManager(app)
app.register_blueprint(members)


@app.get("/courses")
def courses():  # ok
    return jsonify([])
