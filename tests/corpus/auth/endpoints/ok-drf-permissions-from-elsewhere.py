# The permissions come from a base class of another package, or from a call.
# === fleet/views.py
from company_api.views import CompanyAPIView
from django.conf import settings
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView


class Tickets(APIView):
    permission_classes = [IsAuthenticated]

    def get(self, request):  # ok
        return Response([])


class Seats(CompanyAPIView):
    def get(self, request):  # ok
        return Response([])


class Meals(APIView):
    permission_classes = settings.MEAL_PERMISSIONS

    def get(self, request):  # ok
        return Response([])
# === fleet/urls.py
from django.urls import path

from fleet import views

urlpatterns = [
    path("tickets/", views.Tickets.as_view()),
    path("seats/", views.Seats.as_view()),
    path("meals/", views.Meals.as_view()),
]
