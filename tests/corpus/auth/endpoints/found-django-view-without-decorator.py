# Of two views in the urls, one asks for a login.
# === shop/urls.py
from django.urls import path

from shop import views

urlpatterns = [
    path("invoices/", views.invoices),
    path("invoices/<int:number>/pay/", views.pay),
]
# === shop/views.py
from django.contrib.auth.decorators import login_required
from django.http import JsonResponse


@login_required
def invoices(request):  # ok
    return JsonResponse({"invoices": []})


def pay(request, number):  # finding: auth.unprotected
    return JsonResponse({"paid": number})


def total(request):  # ok
    return JsonResponse({"total": 0})
