# Security() with scopes is a dependency like any other.
import os

import jwt
from fastapi import FastAPI, HTTPException, Security
from fastapi.security import OAuth2PasswordBearer, SecurityScopes

bearer = OAuth2PasswordBearer(tokenUrl="token", scopes={"read": "Read"})


def scoped(scopes: SecurityScopes, token: str = Security(bearer)):
    claims = jwt.decode(token, os.environ["JWT_KEY"], algorithms=["HS256"])
    if not set(scopes.scopes) <= set(claims["scopes"]):
        raise HTTPException(403)
    return claims


app = FastAPI()


@app.get("/maps")
def maps(claims=Security(scoped, scopes=["read"])):  # ok
    return {"for": claims["sub"]}
