# Every library has its own way to validate, and each is one besides the canonical.
# === .github/fifthwhy.yml
auth: {canonical: PyJWT}
# === app/views.py
import os

import jwt
from authlib.jose import jwt as authlib_jwt
from google.oauth2.id_token import verify_firebase_token
from jose import jws


def first(request, out):
    out.write(jwt.decode(request.token, os.environ["KEY"], algorithms=["HS256"])["sub"])  # ok
    out.flush()


def second(request, out):
    out.write(authlib_jwt.decode(request.token, os.environ["KEY"])["sub"])  # finding: auth.patterns
    out.flush()


def third(request, out):
    out.write(verify_firebase_token(request.token, request.transport)["sub"])  # finding: auth.patterns
    out.flush()


def fourth(request, out):
    out.write(jws.verify(request.token, os.environ["KEY"], algorithms=["HS256"]))  # finding: auth.patterns
    out.flush()
