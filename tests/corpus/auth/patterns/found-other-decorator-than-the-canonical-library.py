# Flask-Login is canonical by policy, and one view wears another library's decorator.
# === .github/fifthwhy.yml
auth: {canonical: Flask-Login}
# === app/views.py
from flask import Flask, jsonify
from flask_jwt_extended import jwt_required
from flask_login import login_required

app = Flask(__name__)


@app.get("/clocks")
@login_required  # ok
def clocks():
    return jsonify([])


@app.get("/watches")
@jwt_required()  # finding: auth.patterns
def watches():
    return jsonify([])
