# Of two routers in one application only one asks for the user.
# === app/auth.py
import os

import jwt
from fastapi import Header


def require_user(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/routers.py
from fastapi import APIRouter, Depends

from app.auth import require_user

staff = APIRouter(prefix="/staff", dependencies=[Depends(require_user)])
payroll = APIRouter(prefix="/payroll")


@staff.get("/names")
def names():  # ok
    return ["Ada"]


@payroll.get("/salaries")
def salaries():  # finding: auth.unprotected
    return {"Ada": 1}
# === app/main.py
from fastapi import FastAPI

from app.routers import payroll, staff

app = FastAPI()
app.include_router(staff)
app.include_router(payroll)
