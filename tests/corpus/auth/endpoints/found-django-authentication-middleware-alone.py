# AuthenticationMiddleware fills in request.user, and turns nobody away.
# === project/settings.py
ROOT_URLCONF = "project.urls"
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
# === project/urls.py
from django.urls import path

from project import views

urlpatterns = [path("dams/", views.dams), path("dams/open/", views.open_dam)]
# === project/views.py
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse


@login_required
def dams(request):  # ok
    return JsonResponse({"dams": []})


def open_dam(request):  # finding: auth.unprotected
    return JsonResponse({"open": True})
