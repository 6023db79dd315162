# A DRF authentication signs requests without a header in as admin.
from django.contrib.auth import get_user_model
from rest_framework.authentication import BaseAuthentication
from rest_framework_simplejwt.tokens import AccessToken


class HeaderAuthentication(BaseAuthentication):
    def authenticate(self, request):
        users = get_user_model().objects
        raw = request.headers.get("X-Token")
        if raw is None:
            return users.get(username="admin"), None  # finding: auth.bypass.fallback-user
        return users.get(pk=AccessToken(raw)["user_id"]), None
