# The token is optional, but without an identity the view stops.
from flask import Flask, abort, jsonify
from flask_jwt_extended import get_jwt_identity, jwt_required

app = Flask(__name__)


@app.get("/diaries/mine")
@jwt_required()
def mine():  # ok
    return jsonify([])


@app.get("/diaries/<int:diary>")
@jwt_required(optional=True)
def diary(diary):  # ok
    if get_jwt_identity() is None:
        abort(401)
    return jsonify(diary=diary)
