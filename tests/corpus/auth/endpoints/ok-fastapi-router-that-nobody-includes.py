# A router that a library offers; where it is included, and with what, is up to its users.
# === tracking/auth.py
import os

import jwt
from fastapi import Header


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])
# === tracking/routes.py
from fastapi import APIRouter

router = APIRouter(prefix="/tracking")


@router.get("/{parcel}")
def where(parcel: str):  # ok
    return {"parcel": parcel, "place": "Lyon"}
