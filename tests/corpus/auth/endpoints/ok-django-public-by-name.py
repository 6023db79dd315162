# The login of Django, a probe and the password reset are open.
# === desk/urls.py
from django.contrib import admin
from django.contrib.auth import views as auth_views
from django.urls import path

from desk import views

urlpatterns = [
    path("admin/", admin.site.urls),
    path("login/", auth_views.LoginView.as_view()),
    path("password_reset/", auth_views.PasswordResetView.as_view()),
    path("healthz", views.healthz),
    path("tickets/", views.tickets),
]
# === desk/views.py
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse


def healthz(request):  # ok
    return HttpResponse("up")


@login_required
def tickets(request):  # ok
    return HttpResponse("none")
