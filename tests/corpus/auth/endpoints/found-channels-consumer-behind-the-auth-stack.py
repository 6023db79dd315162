# AuthMiddlewareStack only says who connects; the consumer accepts anybody.
# === chat/consumers.py
from channels.generic.websocket import AsyncJsonWebsocketConsumer


class Room(AsyncJsonWebsocketConsumer):
    async def connect(self):  # finding: auth.unprotected
        await self.channel_layer.group_add("room", self.channel_name)
        await self.accept()
# === chat/routing.py
from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from chat.consumers import Room

application = ProtocolTypeRouter({"websocket": AuthMiddlewareStack(URLRouter([path("ws/room/", Room.as_asgi())]))})
# === chat/views.py
from django.contrib.auth.decorators import login_required
from django.shortcuts import render


@login_required
def rooms(request):  # ok
    return render(request, "rooms.html")
# === chat/urls.py
from django.urls import path

from chat.views import rooms

urlpatterns = [path("rooms/", rooms)]
