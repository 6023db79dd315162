# In debug mode a Django REST permission is given to all.
import os

import jwt
from django.conf import settings
from rest_framework.permissions import BasePermission


class HasServiceToken(BasePermission):
    def has_permission(self, request, view):
        if settings.DEBUG:  # finding: auth.bypass.skip-switch
            return True
        try:
            jwt.decode(request.headers.get("X-Service", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
        except jwt.PyJWTError:
            return False
        return True
