# The options are a class attribute that the method reads through self.
import jwt


class TokenAuth:
    options = {"verify_signature": False}
    algorithms = ("ES256",)

    def __init__(self, users):
        self.users = users

    def authenticate(self, token):
        claims = jwt.decode(token, algorithms=self.algorithms, options=self.options)  # finding: auth.bypass.unverified-signature
        return self.users[claims["sub"]]
