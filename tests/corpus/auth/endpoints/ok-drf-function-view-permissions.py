# A function view lists its permissions in a decorator.
# === post/views.py
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAdminUser, IsAuthenticated
from rest_framework.response import Response


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def stamps(request):  # ok
    return Response([])


@api_view(["POST"])
@permission_classes([IsAuthenticated & IsAdminUser])
def print_stamps(request):  # ok
    return Response({"printed": 100})
# === post/urls.py
from django.urls import path

from post import views

urlpatterns = [path("stamps/", views.stamps), path("stamps/print/", views.print_stamps)]
