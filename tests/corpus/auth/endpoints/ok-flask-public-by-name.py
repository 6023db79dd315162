# The front page, the sign-up and the static files are open.
from flask import Flask, jsonify, send_from_directory
from flask_login import login_required

app = Flask(__name__)


@app.route("/")
def index():  # ok
    return "Welcome"


@app.route("/register", methods=["POST"])
def register():  # ok
    return "Check your mail"


@app.route("/favicon.ico")
def favicon():  # ok
    return send_from_directory("static", "favicon.ico")


@app.route("/scores")
@login_required
def scores():  # ok
    return jsonify([])
