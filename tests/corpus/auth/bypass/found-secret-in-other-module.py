# The key is a constant of a settings module.
# === app/settings.py
JWT_SECRET = "correct-horse"
JWT_ISSUER = "https://login.example.com"
# === app/tokens.py
import jwt

from app import settings


def claims(token):
    return jwt.decode(token, settings.JWT_SECRET, algorithms=["HS256"], issuer=settings.JWT_ISSUER)  # finding: auth.bypass.hardcoded-secret
