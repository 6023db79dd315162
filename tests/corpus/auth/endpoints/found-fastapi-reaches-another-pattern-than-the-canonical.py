# With a canonical check in the policy, an endpoint that decodes tokens by itself does not reach it.
# === .github/fifthwhy.yml
auth:
  canonical: Sessions
  patterns: [{name: Sessions, dependencies: [app.sessions.current]}]
# === app/sessions.py
from fastapi import HTTPException, Request


async def current(request: Request):
    found = await request.app.state.sessions.find(request.cookies.get("sid"))
    if found is None or found.revoked:
        raise HTTPException(401)
    return found
# === app/main.py
import os

import jwt
from fastapi import Depends, FastAPI

from app.sessions import current

app = FastAPI()


@app.get("/notes")
async def notes(session=Depends(current)):  # ok
    return []


@app.get("/notes/export")
async def export(token: str):  # finding: auth.unprotected
    claims = jwt.decode(token, os.environ["EXPORT_KEY"], algorithms=["HS256"])
    return {"of": claims["sub"]}
