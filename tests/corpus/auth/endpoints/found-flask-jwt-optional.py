# With optional=True requests without a token come in, and this view does not look who asks.
from flask import Flask, jsonify
from flask_jwt_extended import jwt_required

app = Flask(__name__)


@app.get("/members/me")
@jwt_required()
def me():  # ok
    return jsonify({})


@app.delete("/members/<int:member>")
@jwt_required(optional=True)
def expel(member):  # finding: auth.unprotected
    return jsonify(expelled=member)
