# Whoever has a key in the shared set may issue tokens.
import jwt

from app.keys import public_key


def authenticate(token):
    return jwt.decode(token, public_key(), algorithms=["RS256"], audience="api", options={"verify_iss": False})  # finding: auth.bypass.issuer-not-checked
