# The freshly computed digest stands in the comparison.
import base64
import hmac


class Inbox:
    def __init__(self, key):
        self._key = key

    async def accepts(self, body, signature):
        return base64.b64decode(signature) == hmac.new(self._key, body, "sha256").digest()  # finding: auth.bypass.token-comparison
