# Two levels down, a class goes round the check that the level above it kept.
# === .github/fifthwhy.yml
auth:
  canonical: Gate
  patterns: [{name: Gate, calls: [app.gate.Gate.authenticate]}]
# === app/gate.py
from app.sessions import load


class Gate:
    def authenticate(self, request):  # ok
        session = load(request.cookies.get("sid"))
        if session is None:
            raise PermissionError
        return session.user
# === app/sessions.py
SESSIONS = {}


def load(key):
    return SESSIONS.get(key)
# === app/web.py
from app.gate import Gate


class WebGate(Gate):
    realm = "web"

    def authenticate(self, request):  # ok
        request.realm = self.realm
        return super().authenticate(request)
# === app/preview.py
from app.web import WebGate


class PreviewGate(WebGate):
    def authenticate(self, request):  # finding: auth.implementations
        return request.query.get("user", "preview")
