# A login that fails shows the form again.
import os

import jwt
from django.shortcuts import redirect, render


def magic_link(request):
    try:
        claims = jwt.decode(request.GET.get("t", ""), os.environ["LINK_KEY"], algorithms=["HS256"])
    except jwt.PyJWTError:  # ok
        return render(request, "login.html", {"error": "The link is not valid any more."}, status=403)
    request.session["user"] = claims["sub"]
    return redirect("home")
