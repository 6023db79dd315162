# Two functions of one library are one pattern.
# === app/views.py
import os

import jwt


def moss(request, out):
    claims = jwt.decode(request.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    out.write(claims["sub"])
    out.flush()


def fern(request, out):
    whole = jwt.decode_complete(request.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    out.write(whole["header"]["kid"])
    out.write(whole["payload"]["sub"])
