# The policy opens the catalogue, not what lies beside it.
# === .github/fifthwhy.yml
auth:
  canonical: Gate
  patterns: [{name: Gate, calls: [app.auth.gate]}]
  public: [{path: "/catalogue*", reason: "the shop window"}]
# === app/auth.py
from fastapi import HTTPException, Request


def gate(request: Request):
    if request.session.get("user") is None:
        raise HTTPException(401)
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import gate

app = FastAPI()


@app.get("/catalogue")
def catalogue():  # ok
    return []


@app.get("/customers")
def customers():  # finding: auth.unprotected
    return ["Ann", "Ben"]


@app.get("/customers/{number}", dependencies=[Depends(gate)])
def customer(number: int):  # ok
    return {"number": number}
