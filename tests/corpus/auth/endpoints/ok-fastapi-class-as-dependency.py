# A class is the dependency, and what its __init__ takes are dependencies again.
import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header


def claims(x_token: Annotated[str, Header()]):
    return jwt.decode(x_token, os.environ["JWT_KEY"], algorithms=["ES256"])


class Viewer:
    def __init__(self, found: Annotated[dict, Depends(claims)], page: int = 1):
        self.name = found["sub"]
        self.page = page


app = FastAPI()


@app.get("/films")
def films(viewer: Annotated[Viewer, Depends()]):  # ok
    return {"page": viewer.page, "for": viewer.name}
