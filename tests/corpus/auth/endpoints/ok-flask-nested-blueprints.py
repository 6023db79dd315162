# A blueprint inside a guarded blueprint is guarded too.
from flask import Blueprint, Flask, abort, jsonify
from flask_login import LoginManager, current_user

admin = Blueprint("admin", __name__, url_prefix="/admin")
audits = Blueprint("audits", __name__, url_prefix="/audits")


@admin.before_request
def only_admins():
    if not current_user.is_authenticated or not current_user.admin:
        abort(403)


@audits.get("/today")
def today():  # ok
    return jsonify([])


admin.register_blueprint(audits)
app = Flask(__name__)
LoginManager(app)
app.register_blueprint(admin)
