# The dependency was commented out, and a docstring still promises it.
import os

import jwt
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def current_user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/salaries/mine")
def mine(user=Depends(current_user)):  # ok
    return 1


# @app.get("/salaries", dependencies=[Depends(current_user)])
@app.get("/salaries")
def salaries():  # finding: auth.unprotected
    """All salaries. Needs Depends(current_user), see jwt.decode there."""
    return {"note": "Depends(current_user)", "sum": 3}
