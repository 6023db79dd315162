# The policy names the decorator of the house; one view goes without.
# === .github/fifthwhy.yml
auth:
  canonical: House key
  patterns:
    - name: House key
      decorators: [app.auth.house_key]
# === app/auth.py
import functools

from flask import abort, session


def house_key(view):
    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        if "member" not in session:
            abort(401)
        return view(*args, **kwargs)

    return wrapper
# === app/views.py
from flask import Flask, jsonify

from app.auth import house_key

app = Flask(__name__)


@app.get("/cellar")
@house_key
def cellar():  # ok
    return jsonify([])


@app.get("/attic")
def attic():  # finding: auth.unprotected
    return jsonify(["gold"])
