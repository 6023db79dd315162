"""The validation calls of the common libraries, by the names under which their documentation has them imported.

What merely takes a credential out of a request (FastAPI's `OAuth2PasswordBearer`, Channels' `AuthMiddlewareStack`,
Starlette's `AuthenticationMiddleware`) validates nothing, and is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzers.policy import AuthPattern


def _pack(name: str, *calls: str) -> AuthPattern:
    return AuthPattern(name=name, calls=calls)


def _methods(classes: tuple[str, ...], *methods: str) -> Iterator[str]:
    return (f"{each}.{method}" for each in classes for method in methods)


_SERIALIZERS: Final = tuple(
    f"{module}.{name}"
    for module, names in {
        "itsdangerous": ("Serializer", "TimedSerializer", "URLSafeSerializer", "URLSafeTimedSerializer"),
        "itsdangerous.url_safe": ("URLSafeSerializer", "URLSafeTimedSerializer"),
        "itsdangerous.serializer": ("Serializer",),
        "itsdangerous.timed": ("TimedSerializer",),
    }.items()
    for name in names
)
_SIGNERS: Final = (
    "itsdangerous.Signer",
    "itsdangerous.TimestampSigner",
    "itsdangerous.signer.Signer",
    "itsdangerous.timed.TimestampSigner",
)
_DRF: Final = (
    "rest_framework.permissions.IsAuthenticated",
    "rest_framework.permissions.IsAdminUser",
    "rest_framework.permissions.DjangoModelPermissions",
    "rest_framework.permissions.DjangoObjectPermissions",
)

BUILTIN_PATTERNS: Final = (
    _pack(
        "PyJWT",
        *("jwt.decode", "jwt.decode_complete", "jwt.api_jwt.decode", "jwt.api_jwt.decode_complete"),
        *_methods(("jwt.PyJWT", "jwt.api_jwt.PyJWT"), "decode", "decode_complete"),
    ),
    _pack("python-jose", "jose.jwt.decode", "jose.jws.verify", "jose.jwe.decrypt"),
    _pack(
        "Authlib",
        *("authlib.jose.jwt.decode", "authlib.jose.JsonWebToken.decode"),
        *_methods(("authlib.jose.JsonWebSignature",), "deserialize", "deserialize_compact", "deserialize_json"),
    ),
    _pack("joserfc", "joserfc.jwt.decode", "joserfc.jws.deserialize_compact", "joserfc.jws.deserialize_json"),
    _pack("itsdangerous", *_methods(_SERIALIZERS, "loads"), *_methods(_SIGNERS, "unsign", "validate")),
    _pack(
        "Firebase Admin",
        *("firebase_admin.auth.verify_id_token", "firebase_admin.auth.verify_session_cookie"),
        *_methods(("firebase_admin.auth.Client",), "verify_id_token", "verify_session_cookie"),
    ),
    _pack(
        "google-auth",
        "google.oauth2.id_token.verify_token",
        "google.oauth2.id_token.verify_oauth2_token",
        "google.oauth2.id_token.verify_firebase_token",
        "google.auth.jwt.decode",
    ),
    _pack(
        "Flask-JWT-Extended",
        "flask_jwt_extended.jwt_required",
        "flask_jwt_extended.fresh_jwt_required",
        "flask_jwt_extended.jwt_refresh_token_required",
        "flask_jwt_extended.verify_jwt_in_request",
        "flask_jwt_extended.decode_token",
    ),
    _pack("Flask-Login", "flask_login.login_required", "flask_login.fresh_login_required"),
    _pack(
        "Django",
        "django.contrib.auth.decorators.login_required",
        "django.contrib.auth.decorators.permission_required",
        "django.contrib.auth.decorators.user_passes_test",
        "django.contrib.admin.views.decorators.staff_member_required",
        "django.contrib.auth.mixins.LoginRequiredMixin",
        "django.contrib.auth.mixins.PermissionRequiredMixin",
        "django.contrib.auth.mixins.UserPassesTestMixin",
        "django.contrib.auth.middleware.LoginRequiredMiddleware",
    ),
    _pack("Django REST framework", *_DRF),
    _pack(
        "Simple JWT",
        "rest_framework_simplejwt.tokens.AccessToken",
        "rest_framework_simplejwt.tokens.UntypedToken",
        "rest_framework_simplejwt.authentication.JWTAuthentication.get_validated_token",
    ),
    _pack("Starlette", "starlette.authentication.requires"),
    _pack(
        "aiohttp-security",
        "aiohttp_security.check_authorized",
        "aiohttp_security.check_permission",
        "aiohttp_security.login_required",
        "aiohttp_security.has_permission",
    ),
    _pack("Channels", "channels.auth.get_user"),
    _pack("Tornado", "tornado.web.authenticated"),
    _pack("Sanic JWT", "sanic_jwt.protected", "sanic_jwt.decorators.protected"),
    _pack(
        "Flask-Security",
        "flask_security.auth_required",
        "flask_security.auth_token_required",
        "flask_security.http_auth_required",
        "flask_security.login_required",
        "flask_security.roles_required",
        "flask_security.roles_accepted",
        "flask_security.permissions_required",
        "flask_security.permissions_accepted",
    ),
    _pack(
        "Flask-HTTPAuth",
        *_methods(
            tuple(
                f"flask_httpauth.{name}" for name in ("HTTPBasicAuth", "HTTPTokenAuth", "HTTPDigestAuth", "MultiAuth")
            ),
            "login_required",
        ),
    ),
    _pack(
        "Flask-AppBuilder",
        *("flask_appbuilder.security.decorators.protect", "flask_appbuilder.security.decorators.has_access"),
        *("flask_appbuilder.security.decorators.has_access_api", "flask_appbuilder.has_access"),
    ),
    _pack(
        "websockets",
        *("websockets.asyncio.server.basic_auth", "websockets.sync.server.basic_auth"),
        *("websockets.basic_auth_protocol_factory", "websockets.auth.basic_auth_protocol_factory"),
        "websockets.legacy.auth.basic_auth_protocol_factory",
    ),
)
OUTLINED: Final = frozenset({"websockets", "Tornado"})
"""Patterns of frameworks that are imported for other things most of the time, and that only servers have a use for."""
