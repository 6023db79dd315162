# A class with the login mixin, and one without.
# === farm/urls.py
from django.urls import path

from farm.views import Barns, Cows

urlpatterns = [path("barns/", Barns.as_view()), path("cows/", Cows.as_view())]
# === farm/views.py
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import JsonResponse
from django.views import View


class Barns(LoginRequiredMixin, View):
    def get(self, request):  # ok
        return JsonResponse({})


class Cows(View):
    def post(self, request):  # finding: auth.unprotected
        return JsonResponse({"bought": True})
