# The owner and the key id of a token are not secret.
from fastapi import HTTPException

from app.keys import current_kid


def require_owner(claims, order, header):
    if claims["sub"] != order.customer_id:  # ok
        raise HTTPException(status_code=404)
    return header["kid"] == current_kid()  # ok
