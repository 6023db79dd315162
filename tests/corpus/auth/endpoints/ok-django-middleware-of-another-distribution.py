# A middleware that is not at hand may ask everybody for a login.
# === grid/settings.py
ROOT_URLCONF = "grid.urls"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "company_iam.django.EnforceLogin",
]
# === grid/views.py
from django.contrib.auth.decorators import permission_required
from django.http import JsonResponse


@permission_required("grid.cut")
def cut(request):  # ok
    return JsonResponse({"off": True})


def stations(request):  # ok
    return JsonResponse({})
# === grid/urls.py
from django.urls import path

from grid.views import cut, stations

urlpatterns = [path("cut/", cut), path("stations/", stations)]
