# SimpleJWT verifies unless told otherwise.
from django.contrib.auth import get_user_model
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.tokens import AccessToken, UntypedToken


def user_of(raw):
    UntypedToken(raw)  # ok
    token = AccessToken(raw)  # ok
    assert token_backend.decode(raw, verify=True)["jti"] == token["jti"]  # ok
    return get_user_model().objects.get(pk=token["user_id"])
