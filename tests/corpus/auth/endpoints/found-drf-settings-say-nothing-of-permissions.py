# Authentication classes by default only say who asks; permissions are open unless set.
# === project/settings.py
ROOT_URLCONF = "project.urls"
REST_FRAMEWORK = {"DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"]}
# === project/views.py
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView


class Tunnels(APIView):
    permission_classes = (IsAuthenticated,)

    def get(self, request):  # ok
        return Response([])


class Ventilation(APIView):
    def put(self, request):  # finding: auth.unprotected
        return Response({"fans": "off"})
# === project/urls.py
from django.urls import path

from project import views

urlpatterns = [path("tunnels/", views.Tunnels.as_view()), path("ventilation/", views.Ventilation.as_view())]
