# The decorator names one method, so the other one is open.
# === zoo/urls.py
from django.urls import path

from zoo.views import Cages

urlpatterns = [path("cages/", Cages.as_view())]
# === zoo/views.py
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View


@method_decorator(login_required, name="get")
class Cages(View):
    def get(self, request):  # ok
        return JsonResponse({})

    def delete(self, request):  # finding: auth.unprotected
        return JsonResponse({"opened": True})
