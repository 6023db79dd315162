# require_POST and csrf_exempt say nothing of who asks.
# === grid/views.py
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST


@login_required
def stations(request):  # ok
    return JsonResponse({})


@csrf_exempt
@require_POST
def cut(request):  # finding: auth.unprotected
    return JsonResponse({"off": True})
# === grid/urls.py
from django.urls import path

from grid.views import cut, stations

urlpatterns = [path("cut/", cut), path("stations/", stations)]
