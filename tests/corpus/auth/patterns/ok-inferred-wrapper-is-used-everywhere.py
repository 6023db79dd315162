# Without a policy: one wrapper, used as a dependency, and nothing else that validates.
# === app/auth.py
import os

from fastapi import Header, HTTPException
from jose import JWTError, jwt


async def signed_in(authorization: str = Header()):
    try:
        claims = jwt.decode(authorization[7:], os.environ["JWT_KEY"], algorithms=["HS256"])  # ok
    except JWTError:
        raise HTTPException(401)
    return claims["sub"]
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import signed_in

app = FastAPI()


@app.get("/rakes")
async def rakes(user: str = Depends(signed_in)):  # ok
    return []


@app.post("/rakes", dependencies=[Depends(signed_in)])  # ok
async def add_rake():
    return {"added": True}
