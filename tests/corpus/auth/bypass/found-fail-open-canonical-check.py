# The application's own check is called, and its refusal is swallowed.
# === .github/fifthwhy.yml
auth:
  canonical: session
  patterns:
    - name: session
      calls: [shop.auth.require_session]
# === shop/auth.py
class NotSignedIn(Exception):
    pass


def require_session(request, store):
    session = store.get(request.cookies.get("sid"))
    if session is None:
        raise NotSignedIn
    return session
# === shop/export.py
from shop.auth import NotSignedIn, require_session


def may_export(request, store):
    try:
        require_session(request, store)
    except NotSignedIn:  # finding: auth.bypass.fail-open
        store.count("export without session")
    return True
