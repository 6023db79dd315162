# Without the variable, a Django project runs with a published key.
# === shop/settings.py
import os

INSTALLED_APPS = ["django.contrib.auth", "django.contrib.sessions"]
MIDDLEWARE = ["django.contrib.sessions.middleware.SessionMiddleware"]
SECRET_KEY = os.environ.get("DJANGO_SECRET_KEY", "only-for-development")  # finding: auth.bypass.hardcoded-secret
