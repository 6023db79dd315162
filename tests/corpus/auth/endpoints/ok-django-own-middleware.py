# A middleware of our own decodes the token and answers 401 before any view runs.
# === grid/settings.py
ROOT_URLCONF = "grid.urls"
MIDDLEWARE = ["django.middleware.common.CommonMiddleware", "grid.middleware.TokenGate"]
# === grid/middleware.py
import jwt
from django.conf import settings
from django.http import JsonResponse


class TokenGate:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            request.claims = jwt.decode(request.headers.get("X-Token", ""), settings.JWT_KEY, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            return JsonResponse({"detail": "no"}, status=401)
        return self.get_response(request)
# === grid/views.py
from django.http import JsonResponse


def stations(request):  # ok
    return JsonResponse({})
# === grid/urls.py
from django.urls import path

from grid.views import stations

urlpatterns = [path("stations/", stations)]
