# A mounted application brings its own dependencies.
import os

import jwt
from fastapi import Depends, FastAPI, Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


app = FastAPI()
internal = FastAPI(dependencies=[Depends(gate)])


@internal.post("/rebuild")
def rebuild():  # ok
    return {"started": True}


app.mount("/internal", internal)
