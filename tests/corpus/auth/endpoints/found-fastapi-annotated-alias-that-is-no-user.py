# An alias of Annotated looks like the one of the user, but brings a database session.
import os
from typing import Annotated

import jwt
from fastapi import Depends, FastAPI, Header


def open_session():
    return {"connection": "primary"}


def read_user(x_token: str = Header()):
    return jwt.decode(x_token, os.environ["JWT_KEY"], algorithms=["HS256"])


Session = Annotated[dict, Depends(open_session)]
User = Annotated[dict, Depends(read_user)]
app = FastAPI()


@app.get("/tenants/mine")
def mine(session: Session, user: User):  # ok
    return session


@app.get("/tenants")
def every_tenant(session: Session):  # finding: auth.unprotected
    return session
