"""Which endpoints need no check: what the policy declares, else what is usually open to all."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from analyzers.policy import AuthPolicy
from analyzers.rules.endpoints.model import Endpoint
from analyzers.rules.endpoints.words import words_of

_HEALTH: Final = frozenset(
    {
        *("health", "healthz", "healthcheck", "health-check", "health_check", "ready", "readyz", "readiness", "live"),
        *(
            "livez",
            "liveness",
            "ping",
            "heartbeat",
            "alive",
            "up",
            "metrics",
            "version",
            "__version__",
            "__heartbeat__",
        ),
        *("__lbheartbeat__", "startup", "startupz", "_health", "healthy", "versions"),
    }
)
_LOGIN: Final = frozenset(
    {
        *("login", "log-in", "signin", "sign-in", "sign_in", "logout", "log-out", "signout", "sign-out", "sign_out"),
        *(
            "register",
            "registration",
            "signup",
            "sign-up",
            "sign_up",
            "token",
            "oauth",
            "oauth2",
            "oidc",
            "saml",
            "sso",
        ),
        *("callback", "forgot", "forgot-password", "forgot_password", "reset-password", "reset_password"),
        *("password-reset", "password_reset", "passwordreset", "recover", "verify-email", "verify_email", "activate"),
        *("confirm-email", "confirm_email", "request-verify-token", "authorize", "jwks", "jwks.json", "introspect"),
        *("password-recovery", "password_recovery", "request-password-reset", "magic-link"),
    }
)
_DOCS: Final = frozenset(
    {
        *(
            "docs",
            "redoc",
            "openapi.json",
            "openapi.yaml",
            "swagger",
            "swagger.json",
            "swagger-ui",
            "apidocs",
            "schema",
        ),
        *(
            "favicon.ico",
            "robots.txt",
            "static",
            ".well-known",
            "assets",
            "sitemap.xml",
            "security.txt",
            "manifest.json",
        ),
        *("favicon", "service-worker.js", "sw.js", "index.html", "humans.txt"),
    }
)
_BY_SEGMENT: Final = {
    **dict.fromkeys(_HEALTH, "a health check or the like"),
    **dict.fromkeys(_LOGIN, "a step of signing in or out"),
    **dict.fromkeys(_DOCS, "documentation or a static file"),
}
_FUNCTION_WORDS: Final = frozenset({"health", "healthcheck", "login", "logout", "signin", "signup", "register", "ping"})


def why_public(endpoint: Endpoint, route: str, policy: AuthPolicy) -> str:
    """Why an endpoint needs no check; empty if it does."""
    if policy.public is None:
        return _usually(endpoint, route)
    for entry in policy.public:
        if entry.path is not None and _fits(entry.path, _normal(route)):
            return entry.reason
        if entry.function is not None and _fits(entry.function, endpoint.function):
            return entry.reason
    return ""


def _usually(endpoint: Endpoint, route: str) -> str:
    if endpoint.kind == "websocket":
        return ""
    if not endpoint.route and not route:
        return _by_function(endpoint)
    plain = re.sub(
        r"\(([\w.|-]+)\)", r"/\1", route.replace("\\", "")
    )  # a regular expression: /(robots\.txt|favicon\.ico)
    segments = [each for each in _normal(plain).lower().split("/") if each and not each.startswith(("{", "<", "("))]
    if not segments and not re.search(r"[{<(*]", route):
        return "the start page"
    if re.fullmatch(r"/?(\{\w+:path\}|<path:\w+>)/?", route) and endpoint.method == "GET":
        return "whatever no other route answers"
    reasons = ([_BY_SEGMENT.get(part, "") for part in each.split("|")] for each in reversed(segments))
    return next((several[0] for several in reasons if all(several)), "")


def _by_function(endpoint: Endpoint) -> str:
    words = words_of(endpoint.function.rpartition(".")[2])
    return "a step of signing in, or a health check" if _FUNCTION_WORDS.intersection(words) else ""


def _normal(route: str) -> str:
    """A path with one slash in front and none behind."""
    plain = re.sub(r"^\^|\??\$?$", "", route)
    return "/" + "/".join(each for each in plain.split("/") if each)


def _fits(pattern: str, text: str) -> bool:
    """Whether a text is what a pattern says, in which `*` stands for any characters."""
    normal = pattern if "/" not in pattern else pattern.rstrip("/") or "/"
    parts: Iterable[str] = (re.escape(part) for part in normal.split("*"))
    return re.fullmatch(".*".join(parts), text) is not None
