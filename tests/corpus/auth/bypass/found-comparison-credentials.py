# The credentials of HTTPBearer are compared with the environment.
import os

from fastapi import Depends, HTTPException
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer


async def require_token(credentials: HTTPAuthorizationCredentials = Depends(HTTPBearer())):
    if credentials.credentials == os.environ["ADMIN_TOKEN"]:  # finding: auth.bypass.token-comparison
        return "admin"
    raise HTTPException(status_code=401)
