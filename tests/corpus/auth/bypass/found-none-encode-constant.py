# The algorithm of the made token is a class constant.
from jwt import encode as sign


class Issuer:
    ALGORITHM = "none"

    def issue(self, user):
        return sign({"sub": user.id}, "", algorithm=self.ALGORITHM)  # finding: auth.bypass.none-algorithm
