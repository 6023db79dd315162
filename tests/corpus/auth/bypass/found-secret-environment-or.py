# The default comes after an `or`.
import os

from itsdangerous import URLSafeTimedSerializer


def serializer():
    return URLSafeTimedSerializer(os.environ.get("LINK_KEY") or "links")  # finding: auth.bypass.hardcoded-secret
