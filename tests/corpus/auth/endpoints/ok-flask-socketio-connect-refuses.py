# Whoever is not signed in cannot connect, so the events need no check of their own.
from flask import Flask
from flask_login import LoginManager, current_user
from flask_socketio import SocketIO, emit

app = Flask(__name__)
LoginManager(app)
socketio = SocketIO(app)


@socketio.on("connect")
def connect():  # ok
    if not current_user.is_authenticated:
        return False
    emit("hello", {"name": current_user.name})


@socketio.on("vote")
def vote(data):  # ok
    emit("voted", data, broadcast=True)
