# The key is an attribute of the class.
import jwt


class Tokens:
    secret = "zebra-crossing"

    def issue(self, user):
        return jwt.encode({"sub": user.id}, self.secret, algorithm="HS512")  # finding: auth.bypass.hardcoded-secret
