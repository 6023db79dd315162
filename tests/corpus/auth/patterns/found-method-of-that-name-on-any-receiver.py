# A pattern of the policy is a method's name; whatever it is called on, it is the old way.
# === .github/fifthwhy.yml
auth:
  canonical: House check
  patterns:
    - {name: House check, calls: [app.auth.verify]}
    - {name: Session service, calls: ["*.validate_token"]}
# === app/auth.py
def verify(token, store):
    found = store.get(token)
    if found is None:
        raise PermissionError(token)
    return found
# === app/views.py
from app.auth import verify


class Desk:
    def __init__(self, sessions, store):
        self.sessions = sessions
        self.store = store

    def open(self, request):
        return verify(request.token, self.store)  # ok

    def close(self, request):
        return self.sessions.validate_token(request.token)  # finding: auth.patterns

    async def lock(self, request):
        if not await request.app.state.auth.validate_token(request.token):  # finding: auth.patterns
            raise PermissionError
        return "locked"
