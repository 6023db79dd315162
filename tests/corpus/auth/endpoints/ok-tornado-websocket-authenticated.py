# The decorator stands on get of one WebSocket, and on open of the other.
from tornado.web import Application, authenticated
from tornado.websocket import WebSocketHandler


class Base(WebSocketHandler):
    def get_current_user(self):
        return self.get_signed_cookie("sid")


class Spin(Base):
    @authenticated
    async def get(self, *args, **kwargs):  # ok
        await super().get(*args, **kwargs)

    def on_message(self, message):  # ok
        self.write_message(f"spinning at {message}")


class Halt(Base):
    @authenticated
    def open(self):  # ok
        self.write_message("halted")


app = Application([(r"/spin", Spin), (r"/halt", Halt)])
