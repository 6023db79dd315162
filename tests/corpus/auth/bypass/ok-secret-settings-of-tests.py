# Settings for a run of the tests, and for the pages of the manual.
# === settings/ci.py
INSTALLED_APPS = ["shop"]
SECRET_KEY = "9qk2-not-a-real-one"  # ok
# === docs_settings.py
INSTALLED_APPS = ["shop"]
SECRET_KEY = "for-the-manual-only"  # ok
