# prepare() sets a header, it does not check anybody.
import tornado.web


class Base(tornado.web.RequestHandler):
    def prepare(self):
        self.set_header("Cache-Control", "no-store")


class Looms(Base):
    @tornado.web.authenticated
    async def get(self):  # ok
        self.write({"looms": []})


class Yarns(Base):
    async def put(self):  # finding: auth.unprotected
        self.write({"stored": True})


app = tornado.web.Application([(r"/looms", Looms), (r"/yarns", Yarns)])
