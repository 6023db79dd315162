# The viewset asks for authentication; one of its actions has permissions of its own.
# === fleet/views.py
from rest_framework.decorators import action
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet


class Buses(ViewSet):
    permission_classes = [IsAuthenticated]

    def list(self, request):  # ok
        return Response([])

    @action(detail=True, methods=["post"], permission_classes=[AllowAny])
    def unlock(self, request, pk=None):  # finding: auth.unprotected
        return Response({"unlocked": pk})
# === fleet/urls.py
from django.urls import include, path
from rest_framework.routers import SimpleRouter

from fleet.views import Buses

router = SimpleRouter()
router.register(r"buses", Buses, basename="bus")
urlpatterns = [path("api/", include(router.urls))]
