# A settings class has a default for the secret, which is used when nothing is set.
# === app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    database_url: str
    jwt_secret: str = "local-development"


settings = Settings()
# === app/tokens.py
import jwt

from app.settings import settings


def token_for(user):
    return jwt.encode({"sub": user.id}, settings.jwt_secret, algorithm="HS256")  # finding: auth.bypass.hardcoded-secret
