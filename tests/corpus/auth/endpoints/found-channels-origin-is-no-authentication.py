# The origin of the page is checked, and nothing else.
# === live/consumers.py
from channels.generic.websocket import WebsocketConsumer


class Scores(WebsocketConsumer):
    def connect(self):  # finding: auth.unprotected
        self.accept()


class Bets(WebsocketConsumer):
    def connect(self):  # ok
        if not self.scope["user"].is_authenticated:
            self.close()
            return
        self.accept()
# === live/asgi.py
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.contrib.auth.decorators import login_required
from django.urls import re_path
from django.views.generic import TemplateView

from live.consumers import Bets, Scores

urlpatterns = [re_path("^table/$", login_required(TemplateView.as_view(template_name="table.html")))]
sockets = [re_path("^ws/scores/$", Scores.as_asgi()), re_path("^ws/bets/$", Bets.as_asgi())]
application = ProtocolTypeRouter(
    {"websocket": AllowedHostsOriginValidator(AuthMiddlewareStack(URLRouter(sockets)))}
)
