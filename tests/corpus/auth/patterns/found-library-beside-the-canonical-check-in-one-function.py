# A function that asks the canonical check hands on what it says; that it asks a library as well is another way.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
def verify(token, store):
    return store[token]
# === app/compare.py
import os

import jwt

from app.auth import verify


def validate_both(token, store):
    said = {"house": verify(token, store)}  # ok
    said["library"] = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # finding: auth.patterns
    return said
# === app/views.py
from app.compare import validate_both


def shelves(request, store):
    return validate_both(request.token, store)["house"]  # ok
