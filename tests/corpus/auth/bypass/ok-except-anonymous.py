# Without a valid token the request is an anonymous one, which views look at.
import os

import jwt
from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser


class TokenMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            claims = jwt.decode(request.headers["X-Token"], os.environ["JWT_KEY"], algorithms=["HS256"])
            request.user = get_user_model().objects.get(pk=claims["sub"])
        except (KeyError, jwt.PyJWTError):  # ok
            request.user = AnonymousUser()
        return self.get_response(request)
