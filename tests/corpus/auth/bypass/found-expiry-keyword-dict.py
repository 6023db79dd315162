# The expiry is switched off in keyword arguments of another module.
# === app/jwt_settings.py
READ = {"algorithms": ["ES256"], "options": {"verify_exp": False}}
# === app/guard.py
from jwt import decode

from app.jwt_settings import READ
from app.keys import public_key


def authenticate(token):
    return decode(token, public_key(), **READ)  # finding: auth.bypass.expiry-not-checked
