# The connect handler guards its own namespace, not the one beside it.
from flask import Flask, jsonify
from flask_login import LoginManager, current_user, login_required
from flask_socketio import SocketIO, emit

app = Flask(__name__)
LoginManager(app)
socketio = SocketIO(app)


@app.get("/shifts")
@login_required
def shifts():  # ok
    return jsonify([])


@socketio.on("connect", namespace="/staff")
def connect_staff():  # ok
    if not current_user.is_authenticated:
        return False


@socketio.on("rota", namespace="/staff")
def rota(data):  # ok
    emit("rota", data)


@socketio.on("restart", namespace="/machines")
def restart(data):  # finding: auth.unprotected
    emit("restarting", data, broadcast=True)
