# Two views use one library, a third another; neither is wrapped.
# === app/views.py
import os

import jwt


def lakes(request):
    claims = jwt.decode(request.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    request.log.info("lakes for %s", claims["sub"])
    return ["Garda"]


def rivers(request):
    claims = jwt.decode(request.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    request.log.info("rivers for %s", claims["sub"])
    return ["Po"]
# === app/admin.py
import os

from jose import jwt


def drain(request, lake):
    claims = jwt.decode(request.token, os.environ["JWT_KEY"], algorithms=["HS256"])  # finding: auth.patterns
    lake.drain(by=claims["sub"])
    return {"drained": lake.name}
