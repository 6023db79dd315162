# A class is the namespace, and takes events of everybody.
from flask import Flask, jsonify
from flask_login import login_required
from flask_socketio import Namespace, SocketIO, emit

app = Flask(__name__)


@app.get("/dishes")
@login_required
def dishes():  # ok
    return jsonify([])


class Kitchen(Namespace):
    def on_order(self, data):  # finding: auth.unprotected
        emit("cooking", data)


socketio = SocketIO(app)
socketio.on_namespace(Kitchen("/kitchen"))
