# The view looks at request.user itself, and answers 403 or sends to the login.
# === hotel/urls.py
from django.urls import path

from hotel import views

urlpatterns = [path("rooms/", views.rooms), path("bill/", views.bill), path("keys/", views.keys)]
# === hotel/views.py
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import JsonResponse
from django.shortcuts import redirect


@login_required
def rooms(request):  # ok
    return JsonResponse({})


def bill(request):  # ok
    if not request.user.is_authenticated:
        return redirect("login")
    return JsonResponse({"sum": 90})


def keys(request):  # ok
    if request.user.is_anonymous or not request.user.is_staff:
        raise PermissionDenied
    return JsonResponse({"keys": 4})
