# The view asks the session's user itself and stops.
from flask import Flask, abort, jsonify, redirect, url_for
from flask_login import current_user, login_required

app = Flask(__name__)


@app.get("/tents")
@login_required
def tents():  # ok
    return jsonify([])


@app.post("/tents/<int:tent>/pitch")
def pitch(tent):  # ok
    if not current_user.is_authenticated:
        abort(401)
    return jsonify(pitched=tent)


@app.get("/tents/<int:tent>")
def tent(tent):  # ok
    if current_user.is_anonymous:
        return redirect(url_for("tents"))
    return jsonify(tent=tent)
