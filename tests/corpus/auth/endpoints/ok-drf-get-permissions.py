# The permissions depend on the action, so it cannot be told without running it.
# === fleet/views.py
from rest_framework.permissions import AllowAny, IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet


class Stops(ViewSet):
    def get_permissions(self):
        if self.action == "list":
            return [AllowAny()]
        return [IsAuthenticated()]

    def list(self, request):  # ok
        return Response([])

    def create(self, request):  # ok
        return Response({}, status=201)
# === fleet/urls.py
from rest_framework.routers import DefaultRouter

from fleet.views import Stops

router = DefaultRouter()
router.register("stops", Stops, basename="stop")
urlpatterns = router.urls
