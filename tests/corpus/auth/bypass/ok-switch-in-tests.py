# In the tests' own application a switch is what tests are made of.
# === tests/test_orders.py
import os

import jwt

from shop.web import app


def fake_user(token):
    if os.getenv("TEST_USER"):  # ok
        return {"sub": os.environ["TEST_USER"]}
    return jwt.decode(token, app.state.key, algorithms=["HS256"])


def test_orders_are_listed(client):
    app.state.identify = fake_user
    assert client.get("/orders").status_code == 200
