# jwt_required() below the route, and verify_jwt_in_request() in the body.
from flask import Blueprint, Flask, jsonify
from flask_jwt_extended import JWTManager, get_jwt_identity, jwt_required, verify_jwt_in_request

bp = Blueprint("garages", __name__, url_prefix="/garages")


@bp.route("/")
@jwt_required()
def garages():  # ok
    return jsonify(of=get_jwt_identity())


@bp.post("/<int:garage>/open")
def open_gate(garage):  # ok
    verify_jwt_in_request(fresh=True)
    return jsonify(opened=garage)


app = Flask(__name__)
JWTManager(app)
app.register_blueprint(bp)
