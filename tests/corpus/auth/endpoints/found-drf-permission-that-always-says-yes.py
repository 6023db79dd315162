# A permission of our own says yes to everybody.
# === fleet/views.py
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView


class Anybody(BasePermission):
    def has_permission(self, request, view):
        return True


class Tickets(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):  # ok
        return Response([])


class Refunds(APIView):
    permission_classes = [Anybody]

    def post(self, request):  # finding: auth.unprotected
        return Response({"refunded": True})
# === fleet/urls.py
from django.urls import path

from fleet import views

urlpatterns = [path("tickets/", views.Tickets.as_view()), path("refunds/", views.Refunds.as_view())]
