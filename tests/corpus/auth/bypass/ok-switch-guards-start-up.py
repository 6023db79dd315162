# The application does not start with its checks off.
import os

DISABLE_AUTH = os.getenv("DISABLE_AUTH") == "1"


def check_settings():
    if DISABLE_AUTH and os.getenv("STAGE") == "production":  # ok
        raise SystemExit("DISABLE_AUTH is not for production")
    return True
