# The old keyword verify=False is passed beside a key and an algorithm.
import os

import jwt

KEY = os.environ["JWT_KEY"]


def user_id(token):
    claims = jwt.decode(token, KEY, algorithms=["HS256"], verify=False)  # finding: auth.bypass.unverified-signature
    return claims["uid"]


def profile(request, store):
    return store.profile(user_id(request.headers["X-Token"]))
