# What a method does whose name is the canonical check's is its implementation; what others do beside it is not.
# === .github/fifthwhy.yml
auth:
  canonical: validate_token
  patterns:
    - {name: validate_token, calls: ["*.validate_token"]}
    - {name: old, calls: ["*.validate_jwt"]}
# === app/client.py
import os

import jwt


class Client:
    async def validate_token(self, token):
        return await self.validate_jwt(token)  # ok

    async def validate_jwt(self, token):
        return token

    async def page(self, request):
        return await self.validate_jwt(request.token), request.page  # finding: auth.patterns


class Tokens:
    def validate_token(self, token):
        def read():
            return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])  # ok

        return read()


def make():
    class Made:
        def validate_token(self, token):
            return jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])  # ok

    return Made()


def validate_token(request, store):
    claims = jwt.decode(request.token, os.environ["KEY"], algorithms=["HS256"])  # finding: auth.patterns
    store.add(claims["sub"])
    return {"stored": True}


def endpoint(request, store):
    def validate_token(token):
        store.add(jwt.decode(token, os.environ["KEY"], algorithms=["HS256"])["sub"])  # finding: auth.patterns

    validate_token(request.token)
    return {"stored": True}
# === tests/test_client.py
import jwt


class FakeClient:
    def validate_token(self, token):
        return jwt.decode(token, "k", algorithms=["HS256"])  # ok


def test_it():
    assert jwt.decode("t", "k", algorithms=["HS256"])  # finding: auth.patterns
