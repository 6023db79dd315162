# Security() and a decoration are uses of an entry in calls, as Depends() is.
# === .github/fifthwhy.yml
auth:
  canonical: Users
  patterns:
    - {name: Users, calls: [app.auth.user]}
    - {name: Partners, calls: [app.auth.partner]}
# === app/auth.py
from fastapi import HTTPException, Request


def user(request: Request):
    if "user" not in request.session:
        raise HTTPException(401)
    return request.session["user"]


def partner(request: Request):
    if "partner" not in request.session:
        raise HTTPException(401)
    return request.session["partner"]
# === app/main.py
from fastapi import Depends, FastAPI, Security

from app.auth import partner, user

app = FastAPI()


@app.get("/rugs")
def rugs(who=Security(user, scopes=["rugs"])):  # ok
    return []


@app.get("/mats")
def mats(who=Security(partner, scopes=["mats"])):  # finding: auth.patterns
    return []


@app.get("/tiles", dependencies=[Depends(user)])  # ok
def tiles():
    return []
