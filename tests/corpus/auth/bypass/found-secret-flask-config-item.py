# Secrets are set in the Flask configuration.
from flask import Flask


def create_app():
    web = Flask(__name__)
    web.config["SECRET_KEY"] = "marmalade"  # finding: auth.bypass.hardcoded-secret
    web.config["JWT_SECRET_KEY"] = "lemon-curd"  # finding: auth.bypass.hardcoded-secret
    web.config["JWT_TOKEN_LOCATION"] = "cookies"  # ok
    return web
