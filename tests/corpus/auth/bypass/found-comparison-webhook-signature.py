# The MAC of a webhook is compared with the header.
import hashlib
import hmac
import os


def is_genuine(request):
    expected = hmac.new(os.environb[b"HOOK_KEY"], request.body, hashlib.sha256).hexdigest()
    return request.headers["X-Signature"] == expected  # finding: auth.bypass.token-comparison
