# PyJWT's key client gets a context without verification.
import ssl

import jwt

context = ssl.create_default_context()
context.check_hostname = False
context.verify_mode = ssl.CERT_NONE

keys = jwt.PyJWKClient("https://login.example.com/jwks", ssl_context=context)  # finding: auth.bypass.tls-not-verified


def claims(token):
    key = keys.get_signing_key_from_jwt(token).key
    return jwt.decode(token, key, algorithms=["RS256"], audience="api")
