# A Django project that gets its key from outside.
# === shop/settings.py
import os

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.sessions"]
SECRET_KEY = os.environ["DJANGO_SECRET_KEY"]  # ok
SECRET_KEY_FALLBACKS = []  # ok
SIMPLE_JWT = {"ALGORITHM": "HS256", "SIGNING_KEY": SECRET_KEY, "TOKEN_TYPE_CLAIM": "token_type"}  # ok
AUTH_PASSWORD_VALIDATORS = [{"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"}]  # ok
