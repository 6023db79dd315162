# The secret is an attribute of the configuration class of a Flask application.
from flask import Flask


class Config:
    SESSION_COOKIE_SECURE = True
    SECRET_KEY = "peppermint"  # finding: auth.bypass.hardcoded-secret


app = Flask(__name__)
app.config.from_object(Config)
