# The dependency has verified the token of the request, but not the one in its body.
import os

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request
from pydantic import BaseModel

from app.people import link_account, load_person

app = FastAPI()


class Linked(BaseModel):
    google_token: str


def get_current_user(request: Request):
    raw = request.headers.get("Authorization", "")[7:]
    try:
        return load_person(jwt.decode(raw, os.environ["JWT_KEY"], algorithms=["HS256"])["sub"])
    except jwt.PyJWTError as error:
        raise HTTPException(401) from error


@app.post("/link")
def link(linked: Linked, user=Depends(get_current_user)):
    claims = jwt.decode(linked.google_token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    link_account(user, claims["email"])
