# The key of a Django project is in its settings.
# === shop/settings.py
DEBUG = False
ALLOWED_HOSTS = ["shop.example.com"]
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.sessions"]
SECRET_KEY = "django-insecure-2k#9x"  # finding: auth.bypass.hardcoded-secret
