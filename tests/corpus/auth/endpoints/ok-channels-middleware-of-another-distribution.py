# The stack around the consumers comes from elsewhere, and may close what it likes.
# === live/consumers.py
from channels.generic.websocket import WebsocketConsumer


class Scores(WebsocketConsumer):
    def connect(self):  # ok
        self.accept()
# === live/asgi.py
from channels.routing import ProtocolTypeRouter, URLRouter
from company_iam.channels import EnforcedStack
from django.urls import path

from live.consumers import Scores

application = ProtocolTypeRouter({"websocket": EnforcedStack(URLRouter([path("ws/scores/", Scores.as_asgi())]))})
# === live/views.py
from django.contrib.auth.decorators import login_required
from django.shortcuts import render


@login_required
def table(request):  # ok
    return render(request, "table.html")
# === live/urls.py
from django.urls import path

from live.views import table

urlpatterns = [path("table/", table)]
