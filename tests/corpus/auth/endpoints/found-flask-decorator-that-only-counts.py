# A decorator stands below the route, but all it does is count.
import functools

from flask import Flask, jsonify
from flask_login import login_required

app = Flask(__name__)
COUNTS = {}


def counted(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        COUNTS[view.__name__] = COUNTS.get(view.__name__, 0) + 1
        return view(*args, **kwargs)

    return wrapper


@app.get("/beds")
@counted
@login_required
def beds():  # ok
    return jsonify([])


@app.get("/diagnoses")
@counted
def diagnoses():  # finding: auth.unprotected
    return jsonify(["flu"])
