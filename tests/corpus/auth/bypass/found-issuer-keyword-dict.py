# The issuer check is switched off in prepared arguments.
import jwt

from app.keys import public_key


def authenticate(token):
    checks = {"algorithms": ["ES256"], "audience": "api", "options": {"verify_iss": False}}
    return jwt.decode(token, public_key(), **checks)  # finding: auth.bypass.issuer-not-checked
