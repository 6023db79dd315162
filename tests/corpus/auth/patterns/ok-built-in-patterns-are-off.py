# With the built-in patterns off, only what the policy names is a pattern.
# === .github/fifthwhy.yml
auth:
  builtin: false
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
def verify(token, store):
    return store[token]
# === app/views.py
import os

import jwt

from app.auth import verify


def snow(request, store):
    return verify(request.token, store)  # ok


def ice(request):
    claims = jwt.decode(request.ticket, os.environ["TICKET_KEY"], algorithms=["HS256"])  # ok
    request.log.info("ice for %s", claims["sub"])
    return ["thin"]
