# The token that is read was made a line above.
import os
import uuid

import jwt

KEY = os.environ["JWT_KEY"]


def issue(user, sessions):
    token = jwt.encode({"sub": user.id, "jti": uuid.uuid4().hex}, KEY, algorithm="HS256")
    jti = jwt.decode(token, options={"verify_signature": False})["jti"]  # ok
    sessions.remember(user.id, jti)
    return token
