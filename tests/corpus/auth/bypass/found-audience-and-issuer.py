# Neither audience nor issuer is checked.
import jwt

from app.keys import public_key

LOOSE = {"verify_aud": False, "verify_iss": False}


class Guard:
    def authenticate(self, token):
        return jwt.decode(token, public_key(), algorithms=["RS256"], options=LOOSE)  # finding: auth.bypass.audience-not-checked, auth.bypass.issuer-not-checked
