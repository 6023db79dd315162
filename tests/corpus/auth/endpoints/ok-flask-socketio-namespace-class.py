# A class is the namespace, and its on_connect refuses.
import os

import jwt
from flask import Flask, request
from flask_socketio import Namespace, SocketIO, emit


class Kitchen(Namespace):
    def on_connect(self, auth):  # ok
        try:
            jwt.decode(request.args["token"], os.environ["JWT_KEY"], algorithms=["HS256"])
        except (KeyError, jwt.InvalidTokenError):
            return False

    def on_order(self, data):  # ok
        emit("cooking", data)


socketio = SocketIO(Flask(__name__))
socketio.on_namespace(Kitchen("/kitchen"))
