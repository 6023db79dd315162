# Views and their rules come out of modules that are found while running.
import importlib
import pkgutil

import pages
from flask import Flask, jsonify
from flask_login import login_required

app = Flask(__name__)


@app.get("/menu")
@login_required
def menu():  # ok
    return jsonify([])


for found in pkgutil.iter_modules(pages.__path__):
    page = importlib.import_module(f"pages.{found.name}")
    app.add_url_rule(page.RULE, found.name, page.view)  # ok
