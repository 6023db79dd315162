# The base class is not at hand, and its prepare() may turn people away.
from company_iam.tornado import CompanyHandler
from tornado.web import Application, RequestHandler, authenticated


class Saws(RequestHandler):
    @authenticated
    def get(self):  # ok
        self.write({"saws": 1})


class Planes(CompanyHandler):
    def get(self):  # ok
        self.write({"planes": 1})


app = Application([("/saws", Saws), ("/planes", Planes)])
