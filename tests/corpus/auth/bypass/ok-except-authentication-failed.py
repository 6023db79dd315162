# A DRF authentication answers None without, and refuses with a bad token.
import os

import jwt
from rest_framework import authentication, exceptions

from app.people import load_person


class Bearer(authentication.BaseAuthentication):
    def authenticate(self, request):
        header = authentication.get_authorization_header(request).decode()
        if not header.startswith("Bearer "):
            return None  # ok
        try:
            claims = jwt.decode(header[7:], os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.PyJWTError as error:  # ok
            raise exceptions.AuthenticationFailed("bad token") from error
        return load_person(claims["sub"]), claims
