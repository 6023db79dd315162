# Libraries that validate also do other things, and these are no second way.
# === .github/fifthwhy.yml
auth: {canonical: PyJWT}
# === app/people.py
import os

import jwt
from firebase_admin import auth
from jose import jws
from jose import jwt as jose_jwt


def remove(uid, token):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    if claims["sub"] != uid:
        raise PermissionError(uid)
    auth.delete_user(uid)  # ok
    auth.revoke_refresh_tokens(uid)  # ok


def badge(uid):
    body = jose_jwt.encode({"sub": uid}, os.environ["BADGE_KEY"], algorithm="HS256")  # ok
    return jws.sign(body.encode(), os.environ["BADGE_KEY"], algorithm="HS256")  # ok
