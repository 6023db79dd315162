# The API key of a header is compared with an operator.
from fastapi import Header, HTTPException

from app.settings import settings


def require_key(x_api_key: str = Header()):
    if x_api_key != settings.api_key:  # finding: auth.bypass.token-comparison
        raise HTTPException(status_code=403)
