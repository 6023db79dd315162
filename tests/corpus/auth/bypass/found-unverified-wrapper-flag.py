# A verifying wrapper can be told not to verify, and one caller does so.
import os

import jwt

from app.people import load_person

KEY = os.environ["JWT_KEY"]


def read(token, verify=True):
    return jwt.decode(token, KEY, algorithms=["HS256"], options={"verify_signature": verify})


def identify(request):
    claims = read(request.headers["X-Token"], verify=False)  # finding: auth.bypass.unverified-signature
    return load_person(claims["sub"])
