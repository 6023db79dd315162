# The middleware of Django 5.1 asks for a login everywhere.
# === project/settings.py
ROOT_URLCONF = "project.urls"
MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
]
# === project/urls.py
from django.urls import path

from project import views

urlpatterns = [path("wells/", views.wells), path("login/", views.enter)]
# === project/views.py
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse


def wells(request):  # ok
    return JsonResponse({"wells": []})


@login_not_required
def enter(request):  # ok
    return JsonResponse({"form": True})
