# The secret of the application factory is the well-known default of tutorials.
from flask import Flask


def create_app():
    app = Flask(__name__, instance_relative_config=True)
    app.config.from_mapping(SECRET_KEY="dev", DATABASE="shop.sqlite")  # finding: auth.bypass.hardcoded-secret
    return app
