# Of two functions that are registered by calls, one is wrapped in the check.
from flask import Flask, jsonify
from flask_login import login_required

app = Flask(__name__)


def journeys():  # ok
    return jsonify([])


def drivers():  # finding: auth.unprotected
    return jsonify(["Kim"])


app.add_url_rule("/journeys", "journeys", login_required(journeys))
app.add_url_rule("/drivers", "drivers", drivers)
