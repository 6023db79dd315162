# The check is reached unless a setting says otherwise: that is for another rule to tell.
import os

import jwt
from fastapi import Depends, FastAPI, Request

app = FastAPI()
ENABLED = os.environ.get("AUTH", "on") == "on"


def user(request: Request):
    if ENABLED:
        return jwt.decode(request.headers["x-token"], os.environ["JWT_KEY"], algorithms=["HS256"])
    return {"sub": "local"}


@app.get("/boards")
def boards(found=Depends(user)):  # ok
    return {"of": found["sub"]}
