# The policy lists several functions of one pattern, and all of them are canonical.
# === .github/fifthwhy.yml
auth:
  canonical: Sessions
  patterns:
    - name: Sessions
      calls: [app.sessions.find, app.sessions.require]
      dependencies: [app.sessions.from_request]
# === app/sessions.py
STORE = {}


def find(key):
    return STORE.get(key)


def require(key):
    found = find(key)  # ok
    if found is None:
        raise PermissionError
    return found


def from_request(sid: str):
    return require(sid)  # ok
# === app/main.py
from fastapi import Depends, FastAPI

from app.sessions import find, from_request

app = FastAPI()


@app.get("/cups")
def cups(session=Depends(from_request)):  # ok
    return []


@app.get("/plates")
def plates(sid: str):
    return {"known": find(sid) is not None}  # ok
