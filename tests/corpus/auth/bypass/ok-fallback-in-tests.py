# The user of the tests is made up.
# === tests/conftest.py
import jwt
import pytest


@pytest.fixture
def identify(settings):
    def inner(token=None):
        if token is None:
            return {"sub": "1", "role": "admin"}  # ok
        return jwt.decode(token, settings.key, algorithms=["HS256"])

    return inner
