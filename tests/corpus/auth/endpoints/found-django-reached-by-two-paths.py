# One view has two urls, and only one of them is wrapped.
# === coast/urls.py
from django.contrib.auth.decorators import login_required
from django.urls import path

from coast import views

urlpatterns = [
    path("tides/", login_required(views.tides)),
    path("api/tides/", views.tides),
]
# === coast/views.py
from django.http import JsonResponse


def tides(request):  # finding: auth.unprotected
    return JsonResponse({"high": "06:12"})
