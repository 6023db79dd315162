# What a decorator of another package does, nobody can tell here.
from company_iam.flask import requires_group
from flask import Flask, jsonify
from flask_login import login_required

app = Flask(__name__)


@app.get("/boxes")
@login_required
def boxes():  # ok
    return jsonify([])


@app.delete("/boxes/<int:box>")
@requires_group("storekeepers")
def scrap(box):  # ok
    return jsonify(scrapped=box)
