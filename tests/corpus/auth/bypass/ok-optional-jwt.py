# An optional token is either a valid one or none.
from flask import jsonify
from flask_jwt_extended import get_jwt_identity, verify_jwt_in_request


def greeting():
    verify_jwt_in_request(optional=True)  # ok
    identity = get_jwt_identity()
    return jsonify(hello=identity or "stranger")  # ok
