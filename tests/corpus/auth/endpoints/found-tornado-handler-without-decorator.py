# One Tornado handler is authenticated, the other was forgotten.
from tornado.web import Application, RequestHandler, authenticated


class Base(RequestHandler):
    def get_current_user(self):
        return self.get_signed_cookie("member")


class Menus(Base):
    @authenticated
    def get(self):  # ok
        self.write({"menus": []})


class Tips(Base):
    def post(self):  # finding: auth.unprotected
        self.write({"tip": self.get_argument("amount")})


app = Application([(r"/menus", Menus), (r"/tips", Tips)], login_url="/enter")
