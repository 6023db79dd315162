# The urls go through a function of another package, which may wrap each view.
# === coast/urls.py
from company_iam.django import guarded
from django.contrib.auth.decorators import login_required
from django.urls import include, path

from coast import views

open_sea = [path("waves/", views.waves)]
urlpatterns = [
    path("beach/", login_required(views.beach)),
    path("sea/", include(guarded(open_sea))),
]
# === coast/views.py
from django.http import JsonResponse


def beach(request):  # ok
    return JsonResponse({})


def waves(request):  # ok
    return JsonResponse({})
