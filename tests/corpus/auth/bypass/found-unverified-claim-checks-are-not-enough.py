# Issuer and expiry are checked by hand, the signature never.
import time

import jwt

ISSUER = "https://login.example.com"


def identify(token):
    claims = jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    if claims["iss"] != ISSUER or claims["exp"] < time.time():
        raise PermissionError("token refused")
    return claims["sub"]
