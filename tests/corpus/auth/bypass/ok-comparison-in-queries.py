# Column expressions become SQL; nothing is compared in Python.
from sqlalchemy import select

from app.models import ApiKey, User


def user_by_key(session, digest):
    return session.scalar(select(User).join(ApiKey).where(ApiKey.key_hash == digest))  # ok


def key_by_token(session, request):
    token = request.headers["X-Token"]
    return session.query(ApiKey).filter(ApiKey.token == token, ApiKey.revoked == False).one_or_none()  # ok
