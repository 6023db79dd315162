# SimpleJWT's key is in the settings, while Django's own is not.
# === shop/settings.py
import os
from datetime import timedelta

INSTALLED_APPS = ["django.contrib.auth", "rest_framework", "rest_framework_simplejwt"]
SECRET_KEY = os.environ["SECRET_KEY"]  # ok
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=5),
    "SIGNING_KEY": "blue-bottle",  # finding: auth.bypass.hardcoded-secret
}
