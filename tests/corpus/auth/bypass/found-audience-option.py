# A token made for any other application is accepted.
import os

import jwt


def authenticate(token):
    claims = jwt.decode(token, os.environ["JWT_PUBLIC"], algorithms=["RS256"], options={"verify_aud": False})  # finding: auth.bypass.audience-not-checked
    return claims["sub"]
