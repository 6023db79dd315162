# The hook does nothing itself: the decorator below before_request turns away whoever is not signed in.
from functools import wraps

from flask import Blueprint, Flask, abort, jsonify
from flask_jwt_extended import JWTManager, verify_jwt_in_request
from flask_login import login_required

desk = Blueprint("desk", __name__, url_prefix="/desk")
depot = Blueprint("depot", __name__, url_prefix="/depot")
office = Blueprint("office", __name__, url_prefix="/office")


def staff_only(view):
    @wraps(view)
    def checked(*args, **kwargs):
        if verify_jwt_in_request() is None:
            abort(401)
        return view(*args, **kwargs)

    return checked


@desk.before_request
@login_required
def before_desk():
    pass


@depot.before_request
@staff_only
def before_depot():
    """Only staff gets to the depot."""


@login_required
def before_office():
    pass


office.before_request(before_office)


@desk.get("/tickets")
def tickets():  # ok
    return jsonify([])


@depot.delete("/pallets/<int:number>")
def drop_pallet(number):  # ok
    return "", 204


@office.get("/salaries")
def salaries():  # ok
    return jsonify([])


app = Flask(__name__)
JWTManager(app)
for each in (desk, depot, office):
    app.register_blueprint(each)
