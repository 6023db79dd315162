# What runs before every request finds out who asks, but turns nobody away.
import os

import jwt
from flask import Flask, abort, g, jsonify, request

app = Flask(__name__)


@app.before_request
def load_user():
    try:
        g.user = jwt.decode(request.cookies.get("sid", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        g.user = None


@app.get("/mails")
def mails():  # ok
    if g.user is None:
        abort(401)
    return jsonify([])


@app.post("/mails/purge")
def purge():  # finding: auth.unprotected
    return jsonify(purged=True)
