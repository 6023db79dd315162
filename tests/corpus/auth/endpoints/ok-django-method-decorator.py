# method_decorator puts the check on dispatch: by name on the class, or on the method itself.
# === zoo/urls.py
from django.urls import path

from zoo.views import Cages, Keepers

urlpatterns = [path("cages/", Cages.as_view()), path("keepers/", Keepers.as_view())]
# === zoo/views.py
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse
from django.utils.decorators import method_decorator
from django.views import View


@method_decorator(login_required, name="dispatch")
class Cages(View):
    def get(self, request):  # ok
        return JsonResponse({})


class Keepers(View):
    @method_decorator(login_required)
    def dispatch(self, *args, **kwargs):
        return super().dispatch(*args, **kwargs)

    def delete(self, request):  # ok
        return JsonResponse({"fired": True})
