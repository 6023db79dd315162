# Without a decorator, the handler looks at current_user and stops.
from tornado.web import Application, HTTPError, RequestHandler, authenticated


class Saws(RequestHandler):
    def get_current_user(self):
        return self.get_signed_cookie("sid")

    @authenticated
    def get(self):  # ok
        self.write({"saws": 1})

    def post(self):  # ok
        if not self.current_user:
            raise HTTPError(403)
        self.write({"running": True})


app = Application([("/saws", Saws)])
