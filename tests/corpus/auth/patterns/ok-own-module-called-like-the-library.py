# A module of ours in the package is called jwt, and is imported by a relative import.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/jwt.py
def decode(ticket):
    return dict(part.split("=") for part in ticket.split(";"))
# === app/auth.py
def verify(token, store):
    return store[token]
# === app/views.py
from . import jwt
from .auth import verify


def trams(request, store):
    verify(request.token, store)  # ok
    return jwt.decode(request.ticket)["line"]  # ok
