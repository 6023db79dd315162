# A class method reads the options from its class.
import jwt


class Claims(dict):
    READ = {"verify_signature": False}

    @classmethod
    def from_request(cls, request):
        raw = request.headers["Authorization"].removeprefix("Bearer ")
        return cls(jwt.decode(raw, options=cls.READ))  # finding: auth.bypass.unverified-signature


def is_staff(request):
    return Claims.from_request(request).get("staff") is True
