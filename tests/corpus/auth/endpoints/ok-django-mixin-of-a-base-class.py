# The mixin is inherited from a base class in another module.
# === lab/base.py
from django.contrib.auth.mixins import LoginRequiredMixin, UserPassesTestMixin
from django.views import View


class Signed(LoginRequiredMixin, View):
    login_url = "/enter/"


class ForDoctors(UserPassesTestMixin, View):
    def test_func(self):
        return self.request.user.is_authenticated and self.request.user.doctor
# === lab/views.py
from django.http import JsonResponse

from lab.base import ForDoctors, Signed


class Samples(Signed):
    def get(self, request):  # ok
        return JsonResponse({})


class Results(ForDoctors):
    def get(self, request):  # ok
        return JsonResponse({})
# === lab/urls.py
from django.urls import path

from lab import views

urlpatterns = [path("samples/", views.Samples.as_view()), path("results/", views.Results.as_view())]
