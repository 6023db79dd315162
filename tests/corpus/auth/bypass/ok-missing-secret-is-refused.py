# Without a secret nobody gets in.
import jwt
from fastapi import HTTPException

from app.settings import settings


def claims(token):
    if not settings.jwt_secret:  # ok
        raise HTTPException(status_code=500, detail="no secret is configured")
    return jwt.decode(token, settings.jwt_secret, algorithms=["HS256"])
