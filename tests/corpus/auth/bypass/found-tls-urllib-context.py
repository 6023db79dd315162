# urllib gets a context that verifies nothing.
import json
import ssl
from urllib.request import urlopen


def provider_metadata(issuer):
    context = ssl._create_unverified_context()
    with urlopen(f"{issuer}/.well-known/openid-configuration/jwks", context=context) as reply:  # finding: auth.bypass.tls-not-verified
        return json.load(reply)
