# The secret is one of several values of update().
from flask import Flask

app = Flask(__name__)
app.config.update(  # finding: auth.bypass.hardcoded-secret
    SESSION_COOKIE_SECURE=True,
    SECRET_KEY="honey",
)
