# In the urls only the first view is wrapped.
# === choir/urls.py
from django.contrib.auth.decorators import login_required
from django.urls import path

from choir.views import singers, songs

urlpatterns = [
    path("songs/", login_required(songs)),
    path("singers/", singers),
]
# === choir/views.py
from django.http import JsonResponse


def songs(request):  # ok
    return JsonResponse({})


def singers(request):  # finding: auth.unprotected
    return JsonResponse({"phone": "555"})
