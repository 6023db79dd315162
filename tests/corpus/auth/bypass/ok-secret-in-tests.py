# Test applications have test keys.
# === tests/test_login.py
import jwt
from flask import Flask

app = Flask(__name__)
app.secret_key = "test"  # ok


def test_token():
    token = jwt.encode({"sub": "1"}, "test", algorithm="HS256")  # ok
    assert jwt.decode(token, "test", algorithms=["HS256"])["sub"] == "1"  # ok
