# What stands above before_request is wrapped around a name, not around the hook that is run.
from flask import Blueprint, Flask, jsonify
from flask_login import LoginManager, login_required

vault = Blueprint("vault", __name__)


@login_required
@vault.before_request
def before_vault():
    pass


@vault.get("/ingots")
def ingots():  # finding: auth.unprotected
    return jsonify([])


app = Flask(__name__)
LoginManager(app)
app.register_blueprint(vault)
