# In debug mode the refusal says why, and stays a refusal.
import os

import jwt
from django.conf import settings
from django.http import HttpResponse


def refuse_or_none(request):
    try:
        jwt.decode(request.headers.get("X-Token", ""), os.environ["JWT_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError as error:
        if settings.DEBUG:  # ok
            return HttpResponse(str(error), status=401)
        return HttpResponse("unauthorized", status=401)
    return None
