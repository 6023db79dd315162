# After all views are registered, each is wrapped in the check.
from flask import Flask, jsonify
from flask_login import LoginManager, login_required

app = Flask(__name__)
LoginManager(app)


@app.get("/shoes")
def shoes():  # ok
    return jsonify([])


@app.get("/socks")
def socks():  # ok
    return jsonify([])


for endpoint, view in list(app.view_functions.items()):
    app.view_functions[endpoint] = login_required(view)
