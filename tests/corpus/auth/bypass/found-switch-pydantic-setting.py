# A field of the application's settings class skips the check.
# === app/settings.py
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    jwt_key: str
    skip_auth: bool = False


settings = Settings()
# === app/guard.py
import jwt

from app.settings import settings


class Guard:
    def authenticate(self, token):
        if settings.skip_auth:  # finding: auth.bypass.skip-switch
            return {"sub": "local"}
        return jwt.decode(token, settings.jwt_key, algorithms=["HS256"])
