# A field of the JSON body is compared with a setting.
from flask import current_app, jsonify, request


def deploy():
    data = request.get_json()
    if data["secret"] != current_app.config["DEPLOY_SECRET"]:  # finding: auth.bypass.token-comparison
        return jsonify(error="forbidden"), 403
    return jsonify(started=True)
