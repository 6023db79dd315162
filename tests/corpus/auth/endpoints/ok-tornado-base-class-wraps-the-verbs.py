# The base class wraps every verb of its subclasses in the check.
from tornado.web import Application, RequestHandler, authenticated


class Guarded(RequestHandler):
    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        for verb in cls.SUPPORTED_METHODS:
            method = cls.__dict__.get(verb.lower())
            if method is not None:
                setattr(cls, verb.lower(), authenticated(method))

    def get_current_user(self):
        return self.get_signed_cookie("sid")


class Presses(Guarded):
    def get(self):  # ok
        self.write({"presses": 3})


app = Application([(r"/presses", Presses)])
