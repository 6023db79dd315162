# A middleware of our own closes connections without a valid token before any consumer.
# === chat/gate.py
import jwt
from django.conf import settings


class TokenGate:
    def __init__(self, inner):
        self.inner = inner

    async def __call__(self, scope, receive, send):
        token = scope["query_string"].decode().removeprefix("token=")
        try:
            scope["claims"] = jwt.decode(token, settings.SOCKET_KEY, algorithms=["HS256"])
        except jwt.InvalidTokenError:
            await send({"type": "websocket.close", "code": 4401})
            return
        await self.inner(scope, receive, send)
# === chat/consumers.py
from channels.generic.websocket import AsyncWebsocketConsumer


class Room(AsyncWebsocketConsumer):
    async def connect(self):  # ok
        await self.accept()
# === chat/asgi.py
from channels.routing import ProtocolTypeRouter, URLRouter
from django.urls import path

from chat.consumers import Room
from chat.gate import TokenGate

application = ProtocolTypeRouter({"websocket": TokenGate(URLRouter([path("ws/room/", Room.as_asgi())]))})
