# AnonymousUser is nobody, and views ask whether somebody is signed in.
import os

import jwt
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser


def user_of(request):
    token = request.headers.get("X-Token")
    if not token:
        return AnonymousUser()  # ok
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    return get_user_model().objects.get(pk=claims["sub"])
