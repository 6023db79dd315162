# There is one way to validate, in three places, and no policy.
# === stage/views.py
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse


@login_required  # ok
def plays(request):
    return JsonResponse({})


@login_required  # ok
def actors(request):
    return JsonResponse({})
# === stage/urls.py
from django.contrib.auth.decorators import login_required
from django.urls import path

from stage import views

urlpatterns = [
    path("plays/", views.plays),
    path("actors/", login_required(views.actors)),  # ok
]
