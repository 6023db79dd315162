# python-jose's unverified claims decide who the caller is.
from fastapi import Depends, HTTPException
from fastapi.security import HTTPBearer
from jose import jwt

scheme = HTTPBearer()


def require_admin(credentials=Depends(scheme)):
    claims = jwt.get_unverified_claims(credentials.credentials)  # finding: auth.bypass.unverified-signature
    if "admin" not in claims.get("groups", []):
        raise HTTPException(status_code=403)
    return claims["sub"]
