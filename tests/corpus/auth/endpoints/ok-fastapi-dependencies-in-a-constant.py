# The list of dependencies is a constant; another one comes from the settings of a package.
import os

import jwt
from company_settings import EXTRA_DEPENDENCIES
from fastapi import APIRouter, Depends, FastAPI, Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


PROTECTED = [Depends(gate)]
nails = APIRouter(prefix="/nails", dependencies=PROTECTED)
bolts = APIRouter(prefix="/bolts", dependencies=EXTRA_DEPENDENCIES)


@nails.get("/")
def all_nails():  # ok
    return []


@bolts.get("/")
def all_bolts():  # ok
    return []


app = FastAPI()
app.include_router(nails)
app.include_router(bolts)
