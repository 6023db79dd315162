# The consumers close the connection, or deny it, where nobody is signed in.
# === chat/consumers.py
from channels.exceptions import DenyConnection
from channels.generic.websocket import AsyncWebsocketConsumer, WebsocketConsumer


class Room(AsyncWebsocketConsumer):
    async def connect(self):  # ok
        if self.scope["user"].is_anonymous:
            await self.close(code=4401)
            return
        await self.accept()

    async def receive(self, text_data=None, bytes_data=None):  # ok
        await self.send(text_data)


class Board(WebsocketConsumer):
    def websocket_connect(self, message):  # ok
        if not self.scope["user"].is_authenticated:
            raise DenyConnection("sign in")
        super().websocket_connect(message)
# === chat/routing.py
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from chat import consumers

sockets = [path("ws/room/", consumers.Room.as_asgi()), path("ws/board/", consumers.Board.as_asgi())]
application = ProtocolTypeRouter({"websocket": AuthMiddlewareStack(URLRouter(sockets))})
# === chat/urls.py
from django.contrib.auth.decorators import login_required
from django.urls import path
from django.views.generic import TemplateView

urlpatterns = [path("rooms/", login_required(TemplateView.as_view(template_name="rooms.html")))]
