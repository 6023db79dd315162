# A key of our own making is compared, and whoever has another one is turned away.
import hmac
import os

import jwt
from fastapi import Depends, FastAPI, Header, HTTPException

app = FastAPI()


def user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


def machine(x_api_key: str = Header()):
    if not hmac.compare_digest(x_api_key, os.environ["MACHINE_KEY"]):
        raise HTTPException(status_code=403)


@app.get("/jobs")
def jobs(found=Depends(user)):  # ok
    return []


@app.post("/jobs/run", dependencies=[Depends(machine)])
def run():  # ok
    return {"running": True}
