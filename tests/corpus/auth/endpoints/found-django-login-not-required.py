# The middleware asks for a login everywhere, but one view is taken out of it.
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

urlpatterns = [path("wells/", views.wells), path("wells/drain/", views.drain)]
# === project/views.py
from django.contrib.auth.decorators import login_not_required
from django.http import JsonResponse


def wells(request):  # ok
    return JsonResponse({"wells": []})


@login_not_required
def drain(request):  # finding: auth.unprotected
    return JsonResponse({"drained": True})
