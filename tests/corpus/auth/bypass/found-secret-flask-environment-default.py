# Flask's secret falls back to a literal.
import os

from flask import Flask

app = Flask(__name__)
app.config["SECRET_KEY"] = os.environ.get("SECRET_KEY", "you-will-never-guess-it")  # finding: auth.bypass.hardcoded-secret
