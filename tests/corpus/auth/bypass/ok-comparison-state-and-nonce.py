# OAuth state and nonce of one's own session are used once.
from flask import abort, request, session


def callback():
    if request.args["state"] != session.pop("oauth_state", None):  # ok
        abort(400)
    return request.args["code"]
