# A public key may be known to all.
import jwt

ISSUER_KEY = """-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEexampleexampleexampleexample
exampleexampleexampleexampleexampleexampleexampleexampleexampleQ==
-----END PUBLIC KEY-----"""


def claims(token):
    return jwt.decode(token, ISSUER_KEY, algorithms=["ES256"], audience="api")  # ok
