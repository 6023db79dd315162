# Starlette's session cookies are signed with a literal.
from starlette.applications import Starlette
from starlette.middleware.sessions import SessionMiddleware

app = Starlette()
app.add_middleware(SessionMiddleware, secret_key="toast", max_age=3600)  # finding: auth.bypass.hardcoded-secret
