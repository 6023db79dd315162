# A permission of our own looks at the user; another one is combined with a built-in.
# === fleet/permissions.py
from rest_framework.permissions import SAFE_METHODS, BasePermission


class IsDispatcher(BasePermission):
    def has_permission(self, request, view):
        return bool(request.user and request.user.is_authenticated and request.user.dispatcher)


class ReadOnly(BasePermission):
    def has_permission(self, request, view):
        return request.method in SAFE_METHODS
# === fleet/views.py
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from fleet.permissions import IsDispatcher, ReadOnly


class Routes(APIView):
    permission_classes = [IsDispatcher]

    def post(self, request):  # ok
        return Response({}, status=201)


class Delays(APIView):
    permission_classes = [IsAuthenticated | ReadOnly]

    def put(self, request):  # ok
        return Response({})
# === fleet/urls.py
from django.urls import path

from fleet import views

urlpatterns = [path("routes/", views.Routes.as_view()), path("delays/", views.Delays.as_view())]
