# To name the library's function in a table, or to catch its errors, is no call.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
def verify(token, store):
    return store[token]
# === app/views.py
import jwt

from app.auth import verify

DOCUMENTED = {"PyJWT": jwt.decode.__doc__}  # ok


def glue(request, store):
    try:
        return verify(request.token, store)  # ok
    except jwt.InvalidTokenError:  # ok
        return None
