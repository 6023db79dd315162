# The branch without a token makes a real user.
import os

import jwt

from app.people import Person


class Identity:
    def of(self, request):
        token = request.cookies.get("token")
        if token:
            claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
            user = Person(id=claims["sub"], is_staff=claims["staff"])
        else:
            user = Person(id=1, is_staff=True)  # finding: auth.bypass.fallback-user
        return user
