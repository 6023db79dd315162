# The WebSocket opens for everybody.
from tornado.web import Application, RequestHandler, authenticated
from tornado.websocket import WebSocketHandler


class Base(RequestHandler):
    def get_current_user(self):
        return self.get_signed_cookie("sid")


class Lathes(Base):
    @authenticated
    def get(self):  # ok
        self.write({"lathes": 2})


class Spin(WebSocketHandler):
    def on_message(self, message):  # finding: auth.unprotected
        self.write_message(f"spinning at {message}")


app = Application([(r"/lathes", Lathes), (r"/lathes/spin", Spin)])
