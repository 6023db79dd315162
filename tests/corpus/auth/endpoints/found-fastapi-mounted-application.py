# A mounted application gets none of the dependencies of the one it is mounted in.
import os

import jwt
from fastapi import Depends, FastAPI, Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


app = FastAPI(dependencies=[Depends(gate)])
reports = FastAPI()


@app.get("/ledger")
def ledger():  # ok
    return []


@reports.get("/yearly")
def yearly():  # finding: auth.unprotected
    return {"profit": 1}


app.mount("/reports", reports)
