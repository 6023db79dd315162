# The settings ask for authentication, and one view lets in anyone.
# === project/settings.py
ROOT_URLCONF = "project.urls"
REST_FRAMEWORK = {"DEFAULT_PERMISSION_CLASSES": ("rest_framework.permissions.IsAuthenticated",)}
# === project/views.py
from rest_framework.permissions import AllowAny
from rest_framework.response import Response
from rest_framework.views import APIView


class Bridges(APIView):
    def get(self, request):  # ok
        return Response([])


class Inspectors(APIView):
    permission_classes = [AllowAny]

    def delete(self, request):  # finding: auth.unprotected
        return Response(status=204)
# === project/urls.py
from django.urls import path

from project import views

urlpatterns = [path("bridges/", views.Bridges.as_view()), path("inspectors/", views.Inspectors.as_view())]
