# A model viewset has all its methods from its base class, and no permissions.
# === fleet/views.py
from rest_framework.permissions import IsAuthenticated
from rest_framework.viewsets import ModelViewSet, ReadOnlyModelViewSet

from fleet.models import Bus, Driver


class BusSet(ReadOnlyModelViewSet):  # ok
    permission_classes = [IsAuthenticated]
    queryset = Bus.objects.all()


class DriverSet(ModelViewSet):  # finding: auth.unprotected
    queryset = Driver.objects.all()
# === fleet/models.py
from django.db import models


class Bus(models.Model):
    plate = models.CharField(max_length=9)


class Driver(models.Model):
    name = models.CharField(max_length=80)
# === fleet/urls.py
from rest_framework.routers import DefaultRouter

from fleet import views

router = DefaultRouter()
router.register("buses", views.BusSet)
router.register("drivers", views.DriverSet)
urlpatterns = router.urls
# === fleet/settings.py
ROOT_URLCONF = "fleet.urls"
INSTALLED_APPS = ["rest_framework", "fleet"]
