# A client tells from its own token who it is signed in as.
from dataclasses import dataclass

import jwt


@dataclass
class SignedIn:
    access_token: str

    def name(self):
        claims = jwt.decode(self.access_token, options={"verify_signature": False})  # ok
        return claims.get("email") or claims["sub"]
