# The key is compared with what the documentation says, to refuse it.
from app.settings import settings


def check_settings():
    if settings.secret_key == "change-me":  # ok
        raise SystemExit("choose a secret key")
    if settings.api_key == settings.secret_key:  # ok
        raise SystemExit("use two keys")
