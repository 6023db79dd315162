# A Flask view was forgotten: the ones around it ask for a login.
from flask import Flask, jsonify
from flask_login import LoginManager, login_required

app = Flask(__name__)
LoginManager(app)


@app.route("/books")
@login_required
def books():  # ok
    return jsonify([])


@app.route("/books/<int:number>", methods=["DELETE"])
def burn(number):  # finding: auth.unprotected
    return jsonify(burnt=number)


@app.get("/lenders")
@login_required
def lenders():  # ok
    return jsonify([])
