# A generic view has no method of its own, and no mixin either.
# === farm/urls.py
from django.urls import path

from farm import views

urlpatterns = [
    path("farmers/", views.FarmerList.as_view()),
    path("fields/", views.FieldList.as_view()),
]
# === farm/views.py
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.views.generic import ListView

from farm.models import Farmer, Field


class FarmerList(ListView):  # finding: auth.unprotected
    model = Farmer
    paginate_by = 50


class FieldList(PermissionRequiredMixin, ListView):  # ok
    permission_required = "farm.view_field"
    model = Field
# === farm/models.py
from django.db import models


class Farmer(models.Model):
    name = models.CharField(max_length=80)


class Field(models.Model):
    hectares = models.IntegerField()
