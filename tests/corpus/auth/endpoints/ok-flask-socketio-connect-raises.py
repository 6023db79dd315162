# The connect handler decodes a token and raises ConnectionRefusedError.
import os

import jwt
from flask import Flask
from flask_socketio import ConnectionRefusedError, SocketIO, emit

app = Flask(__name__)
socketio = SocketIO(app)


@socketio.event
def connect(auth):  # ok
    try:
        jwt.decode((auth or {}).get("token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.InvalidTokenError:
        raise ConnectionRefusedError("unauthorized")


@socketio.event
def move(data):  # ok
    emit("moved", data, broadcast=True)
