# A SimpleJWT access token is made from the request without verification.
from django.contrib.auth import get_user_model
from rest_framework.authentication import BaseAuthentication
from rest_framework_simplejwt.tokens import AccessToken


class QuickAuthentication(BaseAuthentication):
    def authenticate(self, request):
        raw = request.headers.get("X-Token")
        if raw is None:
            return None
        token = AccessToken(raw, verify=False)  # finding: auth.bypass.unverified-signature
        return get_user_model().objects.get(pk=token["user_id"]), token
