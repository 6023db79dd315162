# Handlers come out of a table that plugins fill, with dependencies that nobody can read.
import os
from importlib.metadata import entry_points

import jwt
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/plugins", dependencies=[Depends(gate)])
def plugins():  # ok
    return []


for point in entry_points(group="warehouse.routes"):
    plugin = point.load()
    app.add_api_route(plugin.path, plugin.handler, dependencies=plugin.dependencies)  # ok
