# The whole Authorization header is compared.
import os

from flask import abort, request

TOKEN = os.environ["SERVICE_TOKEN"]


def guard():
    if request.headers.get("Authorization") != f"Bearer {TOKEN}":  # finding: auth.bypass.token-comparison
        abort(401)
