# The house has its own check, and one module calls the library directly.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/orders.py
from app.auth import verify


def orders(request):
    return {"of": verify(request.headers["x-token"])["sub"]}  # ok
# === app/exports.py
import os

import jwt


def export(request):
    claims = jwt.decode(request.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # finding: auth.patterns
    rows = [row for row in request.app.rows if row.owner == claims["sub"]]
    return {"rows": rows, "count": len(rows)}
