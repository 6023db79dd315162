# A dependency loads the user that an unverified token names.
import jwt
from fastapi import Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer

from app.users import find_user

bearer = OAuth2PasswordBearer(tokenUrl="/login")


def current_user(token: str = Depends(bearer)):
    claims = jwt.decode(token, options={"verify_signature": False})  # finding: auth.bypass.unverified-signature
    user = find_user(claims["sub"])
    if user is None:
        raise HTTPException(status_code=401)
    return user
