# The token goes to a client of another distribution that may well check it.
import os

import jwt
from fastapi import Depends, FastAPI
from fastapi.security import OAuth2PasswordBearer
from identity_client import Identity

app = FastAPI()
bearer = OAuth2PasswordBearer(tokenUrl="/login")
identity = Identity(os.environ["IDENTITY_URL"])


@app.get("/loans")
def loans(token: str = Depends(bearer)):  # ok
    return jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])


@app.get("/savings")
def savings(token: str = Depends(bearer)):  # ok
    person = identity.resolve(token)
    return {"savings": 5, "of": person.name}
