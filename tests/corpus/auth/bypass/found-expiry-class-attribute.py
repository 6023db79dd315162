# The options of a class switch the expiry off.
import os

import jwt


class Tokens:
    OPTIONS = {"verify_exp": False, "require": ["sub"]}

    def authenticate(self, token):
        key = os.environ["JWT_KEY"]
        return jwt.decode(token, key, algorithms=["HS256"], options=self.OPTIONS)  # finding: auth.bypass.expiry-not-checked
