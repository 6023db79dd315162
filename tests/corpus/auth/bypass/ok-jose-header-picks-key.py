# With python-jose the key of the set is found by the header's kid.
from fastapi import HTTPException
from jose import jwt


def verify(token, jwks):
    header = jwt.get_unverified_header(token)  # ok
    for key in jwks["keys"]:
        if key["kid"] == header["kid"]:
            return jwt.decode(token, key, algorithms=["RS256"], audience="api")
    raise HTTPException(status_code=401, detail="unknown key")
