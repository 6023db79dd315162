# The switch is in prepared arguments, and a constant.
import requests as r

VERIFY_TLS = False
COMMON = {"timeout": 5, "verify": VERIFY_TLS}


def introspect(token):
    return r.post("https://id.example.com/oauth2/introspect", data={"token": token}, **COMMON).json()  # finding: auth.bypass.tls-not-verified
