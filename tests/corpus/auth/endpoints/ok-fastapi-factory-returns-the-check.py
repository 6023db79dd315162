# require() makes a dependency for a scope; the function inside it checks.
# === app/auth.py
import os

import jwt
from fastapi import Header, HTTPException


def require(scope: str):
    def check(authorization: str = Header()):
        claims = jwt.decode(authorization[7:], os.environ["JWT_KEY"], algorithms=["HS256"])
        if scope not in claims.get("scope", "").split():
            raise HTTPException(403)
        return claims

    return check
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import require

app = FastAPI()


@app.post("/flags", dependencies=[Depends(require("flags:write"))])
def set_flag(name: str, on: bool):  # ok
    return {name: on}
