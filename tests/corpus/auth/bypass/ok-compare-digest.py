# Secrets are compared in constant time.
import hashlib
import hmac
import os
import secrets

from flask import request


def is_genuine():
    expected = hmac.new(os.environb[b"HOOK_KEY"], request.data, hashlib.sha256).hexdigest()
    return hmac.compare_digest(request.headers.get("X-Signature", ""), expected)  # ok


def is_admin():
    same = secrets.compare_digest(request.headers.get("X-Token", ""), os.environ["ADMIN_TOKEN"])  # ok
    return same is True
