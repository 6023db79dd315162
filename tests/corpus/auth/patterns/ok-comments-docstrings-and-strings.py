# What only speaks of a library validates nothing.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns: [{name: House check, calls: [app.auth.verify]}]
# === app/auth.py
def verify(token, store):
    """Used to be jwt.decode(token, key, algorithms=["HS256"])."""
    # return jwt.decode(token, key)
    return store[token]
# === app/views.py
from app.auth import verify

HELP = "Call jwt.decode(token) or use @login_required"  # ok


def hints(request, store):
    """See jose.jwt.decode(token)."""
    user = verify(request.token, store)  # ok
    return {"jwt.decode": HELP, "for": user}  # ok
