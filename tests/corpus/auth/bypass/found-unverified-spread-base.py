# A spread of harmless base options hides the one that switches the signature off.
import jwt

BASE = {"require": ["exp", "sub"]}


class Sessions:
    def open(self, token):
        options = {**BASE, "verify_signature": False}
        claims = jwt.decode(token, options=options)  # finding: auth.bypass.unverified-signature
        return self.start(user_id=claims["sub"])

    def start(self, user_id):
        raise NotImplementedError
