# A partial in the class switches the audience off.
import os
from functools import partial

import jwt


class Guard:
    def __init__(self):
        self._read = partial(jwt.decode, algorithms=["RS256"], options={"verify_aud": False})

    def authenticate(self, token):
        return self._read(token, os.environ["JWT_PUBLIC"])["sub"]  # finding: auth.bypass.audience-not-checked
