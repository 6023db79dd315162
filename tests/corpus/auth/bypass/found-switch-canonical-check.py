# A flag comes before the application's own check.
# === .github/fifthwhy.yml
auth:
  canonical: session
  patterns:
    - name: session
      calls: [shop.auth.require_session]
# === shop/auth.py
def require_session(request, store):
    session = store.get(request.cookies.get("sid"))
    if session is None:
        raise PermissionError("not signed in")
    return session
# === shop/guard.py
import os

from shop.auth import require_session


def session_of(request, store):
    if os.getenv("SHOP_OPEN") == "yes":  # finding: auth.bypass.skip-switch
        return store.demo_session()
    return require_session(request, store)
