# An instance of a class is the dependency: its __call__ checks.
import os

import jwt
from fastapi import Depends, FastAPI, HTTPException, Request


class RoleCheck:
    def __init__(self, role: str):
        self.role = role

    def __call__(self, request: Request):
        token = request.headers.get("x-token", "")
        claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
        if self.role not in claims["roles"]:
            raise HTTPException(403)
        return claims


editor = RoleCheck("editor")
app = FastAPI()


@app.put("/articles/{slug}")
def edit(slug: str, claims=Depends(editor)):  # ok
    return {"slug": slug, "by": claims["sub"]}


@app.delete("/articles/{slug}", dependencies=[Depends(RoleCheck("owner"))])
def remove(slug: str):  # ok
    return {"removed": slug}
