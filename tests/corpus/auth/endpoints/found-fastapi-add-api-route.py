# A handler is registered by a call, without the dependencies that its neighbour has.
import os

import jwt
from fastapi import Depends, FastAPI, Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


def list_backups():  # ok
    return []


def drop_backups():  # finding: auth.unprotected
    return {"dropped": 3}


app = FastAPI()
app.add_api_route("/backups", list_backups, dependencies=[Depends(gate)])
app.add_api_route("/backups", drop_backups, methods=["DELETE"])
