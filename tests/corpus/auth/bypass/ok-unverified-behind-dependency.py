# Logging out reads the id of a token that the dependency of the same endpoint has verified.
import os

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request

from app.people import load_person
from app.revoked import revoke

app = FastAPI()


def get_current_user(request: Request):
    raw = request.headers.get("Authorization", "")[7:]
    try:
        return load_person(jwt.decode(raw, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error


@app.post("/logout")
def logout(request: Request, user=Depends(get_current_user)):
    _, _, raw = request.headers["Authorization"].partition(" ")
    claims = jwt.decode(raw, options={"verify_signature": False})  # ok
    revoke(claims["session"], user.id)
