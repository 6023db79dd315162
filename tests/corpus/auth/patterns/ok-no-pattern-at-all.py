# Nobody validates anything, so there is no second way.
import base64
import json


def header(token):
    part = token.split(".")[0]
    return json.loads(base64.urlsafe_b64decode(part + "=="))  # ok


def greet(request):
    return {"hello": request.query.get("name", "you")}
