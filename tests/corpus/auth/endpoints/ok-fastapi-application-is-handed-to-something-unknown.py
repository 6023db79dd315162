# A function of another distribution gets the whole application, and may add a check to it.
import os

import jwt
from company_platform import harden
from fastapi import Depends, FastAPI, Header

app = FastAPI()
harden(app)


def user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/quotas/mine")
def mine(found=Depends(user)):  # ok
    return found["sub"]


@app.put("/quotas")
def set_quota(limit: int):  # ok
    return {"limit": limit}
