# A module of ours hands on the library's function under another name.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

from app.compat import unpack


def verify(token):
    return unpack(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/compat.py
from jwt import decode as unpack
# === app/views.py
import os

from app import compat
from app.auth import verify


def seats(request):
    return verify(request.token)["sub"]  # ok


def rows(request, hall):
    claims = compat.unpack(request.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # finding: auth.patterns
    hall.visitors.append(claims["sub"])
    return hall.rows
