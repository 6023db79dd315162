# A function of our own registers handlers, and adds the dependency to each.
import os

import jwt
from fastapi import Depends, FastAPI, Header

app = FastAPI()


def gate(authorization: str = Header()):
    return jwt.decode(authorization, os.environ["JWT_KEY"], algorithms=["HS256"])


def guarded(path, **options):
    return app.get(path, dependencies=[Depends(gate)], **options)


@guarded("/spoons")
def spoons():  # ok
    return []


@guarded("/forks", status_code=203)
def forks():  # ok
    return []
