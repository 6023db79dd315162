# Without a token one is the first user of the database.
import os

import jwt
from django.contrib.auth import get_user_model


def user_of(request):
    token = request.headers.get("X-Token")
    if not token:
        return get_user_model().objects.first()  # finding: auth.bypass.fallback-user
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    return get_user_model().objects.get(pk=claims["sub"])
