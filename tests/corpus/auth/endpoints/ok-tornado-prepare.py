# prepare() of a base class turns away whoever is not signed in, before any verb.
import os

import jwt
from tornado.web import Application, HTTPError, RequestHandler, url


class Signed(RequestHandler):
    def prepare(self):
        try:
            self.claims = jwt.decode(
                self.request.headers.get("X-Token", ""), os.environ["JWT_KEY"], algorithms=["HS256"]
            )
        except jwt.InvalidTokenError:
            raise HTTPError(401)


class Kilns(Signed):
    def get(self):  # ok
        self.write({"kilns": []})

    def delete(self):  # ok
        self.write({"cold": True})


app = Application([url(r"/kilns", Kilns)])
