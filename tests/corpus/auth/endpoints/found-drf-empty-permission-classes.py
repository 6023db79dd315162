# An empty list takes the default of the settings away.
# === project/settings.py
ROOT_URLCONF = "project.urls"
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAdminUser"]}
# === project/views.py
from rest_framework.generics import ListAPIView
from rest_framework.response import Response
from rest_framework.views import APIView


class Ships(APIView):
    def get(self, request):  # ok
        return Response([])


class Crew(ListAPIView):
    permission_classes = []

    def get(self, request):  # finding: auth.unprotected
        return Response(["Ishmael"])
# === project/urls.py
from django.urls import path

from project import views

urlpatterns = [path("ships/", views.Ships.as_view()), path("crew/", views.Crew.as_view())]
