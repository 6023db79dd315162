# The canonical function stands once more in another module, word for word.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify_token]}]
# === app/auth.py
import os

import jwt


def verify_token(token):  # ok
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    if claims.get("banned"):
        raise PermissionError(claims["sub"])
    return claims
# === app/billing/auth.py
import os

import jwt


def verify_token(token):  # finding: auth.implementations
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    if claims.get("banned"):
        raise PermissionError(claims["sub"])
    return claims
# === app/views.py
from app.auth import verify_token
from app.billing import auth


def carts(request):
    return verify_token(request.token)["sub"]


def bills(request):
    return auth.verify_token(request.token)["sub"]
