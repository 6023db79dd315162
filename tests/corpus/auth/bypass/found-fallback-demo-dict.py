# Without credentials one is a demo administrator.
import os

from fastapi import Depends
from fastapi.security import HTTPBearer
from jose import jwt


async def current_user(credentials=Depends(HTTPBearer(auto_error=False))):
    if credentials is None:
        return {"id": "demo", "roles": ["admin"]}  # finding: auth.bypass.fallback-user
    return jwt.decode(credentials.credentials, os.environ["JWT_KEY"], algorithms=["HS256"])
