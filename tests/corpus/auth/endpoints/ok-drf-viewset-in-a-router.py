# A viewset is registered with a router, and has its permissions on the class.
# === fleet/views.py
from rest_framework.decorators import action
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet


class Buses(ViewSet):
    permission_classes = [IsAuthenticated]

    def list(self, request):  # ok
        return Response([])

    @action(detail=True, methods=["post"])
    def wash(self, request, pk=None):  # ok
        return Response({"clean": pk})
# === fleet/urls.py
from rest_framework.routers import DefaultRouter

from fleet.views import Buses

router = DefaultRouter()
router.register("buses", Buses, basename="bus")
urlpatterns = router.urls
