# The settings ask for authentication wherever a view says nothing.
# === project/settings.py
ROOT_URLCONF = "project.urls"
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
}
# === project/views.py
from rest_framework.decorators import api_view
from rest_framework.response import Response
from rest_framework.views import APIView


class Bridges(APIView):
    def get(self, request):  # ok
        return Response([])

    def post(self, request):  # ok
        return Response({}, status=201)


@api_view(["GET"])
def tolls(request):  # ok
    return Response([])
# === project/urls.py
from django.urls import path

from project.views import Bridges, tolls

urlpatterns = [path("bridges/", Bridges.as_view()), path("tolls/", tolls)]
