# Two decorators stand on the view, and nobody can tell what they do.
# === grid/views.py
from company_iam.django import with_group
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.http import require_POST


@login_required
def stations(request):  # ok
    return JsonResponse({})


@require_POST
@with_group("engineers")
def cut(request):  # ok
    return JsonResponse({"off": True})
# === grid/urls.py
from django.urls import path

from grid.views import cut, stations

urlpatterns = [path("cut/", cut), path("stations/", stations)]
