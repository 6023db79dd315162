# The route registers what stands below it; the login check above it is never run.
from flask import Flask, jsonify
from flask_login import login_required

app = Flask(__name__)


@login_required
@app.route("/wages")
def wages():  # finding: auth.unprotected
    return jsonify(sum=1)


@app.route("/hours")
@login_required
def hours():  # ok
    return jsonify([])
