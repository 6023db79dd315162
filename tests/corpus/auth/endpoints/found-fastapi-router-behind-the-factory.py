# The application is made by a function; one of its routers is included without the check.
# === app/auth.py
import os

import jwt
from fastapi import Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])
# === app/factory.py
from fastapi import Depends, FastAPI

from app import crews, flights
from app.auth import gate


def create_app() -> FastAPI:
    app = FastAPI(title="Airline")
    app.include_router(flights.router, prefix="/flights", dependencies=[Depends(gate)])
    app.include_router(crews.router, prefix="/crews")
    return app
# === app/flights.py
from fastapi import APIRouter

router = APIRouter()


@router.get("/late")
def late():  # ok
    return []
# === app/crews.py
from fastapi import APIRouter

router = APIRouter()


@router.get("/rosters")
def rosters():  # finding: auth.unprotected
    return {"LH1": ["Ann"]}
