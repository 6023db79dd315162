# A decorator of our own disconnects who is not signed in before the event is handled.
import functools

from flask import Flask
from flask_login import LoginManager, current_user
from flask_socketio import SocketIO, disconnect, emit

app = Flask(__name__)
LoginManager(app)
socketio = SocketIO(app)


def members_only(handler):
    @functools.wraps(handler)
    def wrapper(*args, **kwargs):
        if not current_user.is_authenticated:
            disconnect()
            return None
        return handler(*args, **kwargs)

    return wrapper


@socketio.on("sing")
@members_only
def sing(data):  # ok
    emit("song", data, broadcast=True)
