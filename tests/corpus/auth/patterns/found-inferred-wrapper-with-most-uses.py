# Two wrappers enclose the same library; the one that is used most is canonical.
# === app/auth.py
import os

import jwt


def verify(token):
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
# === app/mobile.py
import os

import jwt


def verify_mobile(token):
    return jwt.decode(token, os.environ["MOBILE_KEY"], algorithms=["HS256"])  # ok
# === app/views.py
from app.auth import verify
from app.mobile import verify_mobile


def news(request):
    return verify(request.token)  # ok


def sports(request):
    return verify(request.token)  # ok


def weather(request):
    return verify(request.token)  # ok


def mobile_news(request):
    return verify_mobile(request.token)  # finding: auth.patterns
