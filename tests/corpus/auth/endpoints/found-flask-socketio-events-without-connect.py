# No connect handler turns anybody away, so every event is open.
from flask import Flask, jsonify
from flask_login import login_required
from flask_socketio import SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app)


@app.get("/polls")
@login_required
def polls():  # ok
    return jsonify([])


@socketio.on("vote")
def vote(data):  # finding: auth.unprotected
    emit("voted", data, broadcast=True)


@socketio.on("close poll")
def close_poll(data):  # finding: auth.unprotected
    emit("closed", data, broadcast=True)
