# A permission, a test of the user and the staff check turn people away as well.
# === depot/urls.py
from django.urls import re_path

from depot import views

urlpatterns = [
    re_path(r"^trucks/$", views.trucks),
    re_path(r"^trucks/(?P<truck>\d+)/sell/$", views.sell),
    re_path(r"^fuel/$", views.fuel),
]
# === depot/views.py
from django.contrib.admin.views.decorators import staff_member_required
from django.contrib.auth.decorators import permission_required, user_passes_test
from django.http import JsonResponse


@staff_member_required
def trucks(request):  # ok
    return JsonResponse({})


@permission_required("depot.sell_truck", raise_exception=True)
def sell(request, truck):  # ok
    return JsonResponse({"sold": truck})


@user_passes_test(lambda user: user.is_authenticated and user.drives)
def fuel(request):  # ok
    return JsonResponse({"litres": 3})
