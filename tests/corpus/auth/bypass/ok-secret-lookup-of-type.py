# An environment that is asked for text gives what is set, and here there is no default.
# === shop/settings.py
import environ

env = environ.Env()

INSTALLED_APPS = ["shop"]
SECRET_KEY = env.str("SECRET_KEY", "")  # ok
JWT_PRIVATE_KEY = env.str("JWT_PRIVATE_KEY")  # ok
