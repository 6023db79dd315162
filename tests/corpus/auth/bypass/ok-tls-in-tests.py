# The tests talk to a stand-in for the identity service.
# === tests/test_identity.py
import requests


def test_user_info(identity_server):
    reply = requests.get(f"{identity_server}/userinfo", verify=False, timeout=5)  # ok
    assert reply.status_code == 401
