# A blueprint's own before_request says nothing of the blueprint beside it.
from flask import Blueprint, Flask, jsonify
from flask_jwt_extended import JWTManager, verify_jwt_in_request

private = Blueprint("private", __name__, url_prefix="/private")
exports = Blueprint("exports", __name__, url_prefix="/exports")


@private.before_request
def only_members():
    verify_jwt_in_request()


@private.get("/letters")
def letters():  # ok
    return jsonify([])


@exports.get("/customers.csv")
def customers():  # finding: auth.unprotected
    return "name;iban"


app = Flask(__name__)
JWTManager(app)
app.register_blueprint(private)
app.register_blueprint(exports)
