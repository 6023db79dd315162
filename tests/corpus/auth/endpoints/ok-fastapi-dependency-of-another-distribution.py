# What the dependency does stands in a package that is not at hand.
import os

import jwt
from company_sso import require_employee
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def claims(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/desks")
def desks(user=Depends(claims)):  # ok
    return []


@app.post("/desks/{desk}")
def book(desk: int, employee=Depends(require_employee)):  # ok
    return {"desk": desk, "for": employee.name}
