# The attribute that is read holds the token of the request.
import jwt

from app.people import load_person


class Caller:
    def __init__(self, request):
        self.token = request.headers["Authorization"][7:]

    def person(self):
        claims = jwt.decode(self.token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
        return load_person(claims["sub"])
