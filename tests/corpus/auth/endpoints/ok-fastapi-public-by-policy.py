# The policy says of a path and of a function that they are open, and why.
# === .github/fifthwhy.yml
auth:
  canonical: Gate
  patterns:
    - name: Gate
      dependencies: [app.auth.gate]
  public:
    - {path: "/catalogue*", reason: "the shop window"}
    - {function: app.main.quote, reason: "asked for by partners that have no account"}
# === app/auth.py
from fastapi import Header, HTTPException


def gate(x_session: str = Header()):
    if not x_session.isalnum():
        raise HTTPException(401)
# === app/main.py
from fastapi import Depends, FastAPI

from app.auth import gate

app = FastAPI()


@app.get("/catalogue/{item}")
def item(item: int):  # ok
    return {"item": item}


@app.post("/quotes")
def quote(amount: int):  # ok
    return {"price": amount * 3}


@app.post("/orders")
def order(item: int, session=Depends(gate)):  # ok
    return {"ordered": item}
