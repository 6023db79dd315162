# One function view has no permissions, and the settings bring none.
# === post/views.py
from rest_framework.decorators import api_view, permission_classes
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response


@api_view(["GET"])
@permission_classes([IsAuthenticated])
def stamps(request):  # ok
    return Response([])


@api_view(["POST"])
def print_stamps(request):  # finding: auth.unprotected
    return Response({"printed": 100})
# === post/urls.py
from django.urls import path

from post import views

urlpatterns = [path("stamps/", views.stamps), path("stamps/print/", views.print_stamps)]
# === post/settings.py
ROOT_URLCONF = "post.urls"
INSTALLED_APPS = ["rest_framework", "post"]
