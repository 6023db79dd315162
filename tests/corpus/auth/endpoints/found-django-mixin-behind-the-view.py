# A mixin that stands behind View is never asked: View's dispatch comes first.
# === farm/urls.py
from django.urls import path

from farm.views import Eggs, Milk

urlpatterns = [path("eggs/", Eggs.as_view()), path("milk/", Milk.as_view())]
# === farm/views.py
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import JsonResponse
from django.views import View


class Eggs(View, LoginRequiredMixin):
    def get(self, request):  # finding: auth.unprotected
        return JsonResponse({"eggs": 12})


class Milk(LoginRequiredMixin, View):
    def get(self, request):  # ok
        return JsonResponse({"litres": 80})
