"""What names say: which look as if they validated, which hold a credential, which are harmless."""

from __future__ import annotations

import builtins
import re
import sys
from collections.abc import Iterable
from itertools import pairwise
from typing import Final

from analyzers.outline import Attr, Call, Const, Expr, Item, Other, Ref, expressions_in

_PARTS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")

VALIDATING: Final = frozenset(
    {
        *("auth", "authenticate", "authenticated", "authenticator", "authentication", "authorize", "authorized"),
        *("authorization", "authorise", "authorised", "authz", "authn", "login", "logged", "token", "tokens", "jwt"),
        *("permission", "permissions", "permitted", "credential", "credentials", "verify", "verified", "verifier"),
        *("validate", "validated", "validator", "validation", "require", "required", "requires", "guard", "acl"),
        *("access", "apikey", "signature", "allowed", "allow", "admin", "role", "roles", "identity", "principal"),
        *("protect", "protected", "forbid", "deny", "oauth", "oauth2", "sso", "oidc", "saml", "ldap", "bearer"),
        *("security", "secure", "secret", "hmac", "check", "checks", "privilege", "privileges", "rights"),
        *("rbac", "superuser", "ensure", "scopes"),
    }
)
"""Words of names of functions that may refuse somebody."""
_VALIDATING_PAIRS: Final = (
    ("current", "user"),
    ("api", "key"),
    ("get", "user"),
    ("user", "from"),
    ("compare", "digest"),
)

CREDENTIAL: Final = frozenset(
    {
        *("token", "tokens", "jwt", "auth", "authorization", "credential", "credentials", "bearer", "apikey", "secret"),
        *("password", "passwd", "cookie", "cookies", "header", "headers", "signature", "hmac", "digest", "session"),
        *("user", "username", "identity", "principal", "authenticated", "authorized", "permission", "permissions"),
        *("role", "roles", "admin", "login", "logged", "scopes", "access", "allowed", "owner", "account", "superuser"),
        *("client", "host", "ip", "addr", "origin", "localhost", "loopback", "remote", "apikey", "key", "nonce"),
    }
)
"""Words of names that hold what somebody shows, or what is known of him."""
_REQUESTS: Final = frozenset(
    {"request", "req", "websocket", "ws", "scope", "environ", "socket", "connection", "headers"}
)
_SHOWN: Final = frozenset({"token", "jwt", "authorization", "credential", "credentials", "bearer", "apikey", "secret"})

_BUILTINS: Final = frozenset(dir(builtins))
_HARMLESS_TOPS: Final = frozenset(sys.stdlib_module_names) | {
    *("fastapi", "starlette", "flask", "quart", "django", "rest_framework", "channels", "aiohttp", "tornado", "sanic"),
    *("pydantic", "sqlalchemy", "sqlmodel", "jinja2", "markupsafe", "structlog", "loguru", "websockets", "socketio"),
    *("asgiref", "werkzeug", "anyio", "httpx", "requests", "redis", "numpy", "pandas", "yaml", "orjson", "msgspec"),
    *("sse_starlette", "prometheus_client", "opentelemetry", "sentry_sdk", "flask_restful", "flask_restx", "attrs"),
    *("drf_yasg", "drf_spectacular", "flask_cors", "flask_babel", "flask_caching", "flask_limiter", "slowapi"),
    *("fastapi_cache", "fastapi_pagination", "fastapi_utils", "webargs", "marshmallow", "apispec", "flasgger"),
    *("django_filters", "crispy_forms", "graphene", "strawberry", "wtforms", "flask_wtf", "flask_sqlalchemy"),
    *("uvicorn", "hypercorn", "gunicorn", "waitress", "mangum", "flask_login", "flask_socketio", "flask_migrate"),
    *("flask_mail", "flask_compress", "flask_session", "flask_marshmallow", "flask_bootstrap", "flask_moment"),
    *("flask_apscheduler", "flask_assets", "flask_admin", "flask_debugtoolbar", "flask_smorest", "apiflask"),
    *("prometheus_fastapi_instrumentator", "starlette_exporter", "asgi_correlation_id", "brotli_asgi", "logfire"),
    *("starlette_context", "fastapi_mcp", "aiohttp_cors", "aiohttp_jinja2", "aiohttp_session", "aiohttp_security"),
    *("aiohttp_swagger", "aiohttp_apispec", "sanic_cors", "sanic_jwt", "sanic_ext", "sanic_testing", "tortoise"),
    *("newrelic", "ddtrace", "elasticapm", "corsheaders", "whitenoise", "debug_toolbar", "fastapi_limiter", "mcp"),
    *("flask_wtf", "flask_jwt_extended", "click", "typer", "pytest", "tenacity", "cachetools", "deprecated", "wrapt"),
    *("typing_extensions", "attr", "injector", "dependency_injector", "flask_injector", "uvloop", "rich", "waffle"),
    *(
        "django_prometheus",
        "django_ratelimit",
        "ratelimit",
        "silk",
        "axes",
        "simple_history",
        "reversion",
        "modelcluster",
    ),
    *("openai", "anthropic", "boto3", "botocore", "google", "azure", "langchain", "celery", "nicegui", "gradio"),
}
_REMOTE: Final = frozenset({"httpx", "requests", "aiohttp", "urllib", "urllib3", "grpc", "xmlrpc"})
_HARMLESS_NAMES: Final = frozenset(
    {
        *("info", "debug", "warning", "error", "exception", "critical", "log", "warn", "format", "join", "append"),
        *("extend", "split", "strip", "lower", "upper", "startswith", "endswith", "replace", "encode", "decode"),
        *("dumps", "loads", "render", "TemplateResponse", "render_template", "url_for", "items", "keys", "values"),
        *("setdefault", "update", "pop", "copy", "commit", "rollback", "flush", "refresh", "close", "accept"),
        *("send_text", "send_json", "send", "send_bytes", "receive", "receive_json", "receive_text", "receive_bytes"),
        *("execute", "scalar", "scalars", "first", "all", "filter", "filter_by", "order_by", "count", "json", "text"),
        *(
            "body",
            "form",
            "read",
            "write",
            "model_dump",
            "dict",
            "model_validate",
            "is_valid",
            "validate_on_submit",
            "partition",
            "isoformat",
        ),
        *("connect", "disconnect", "broadcast", "add_task", "put", "publish", "subscribe", "inc", "observe", "labels"),
    }
)
_HARMLESS_DECORATORS: Final = frozenset(
    {
        *("limit", "exempt", "cache", "cached", "lru_cache", "wraps", "inject", "timed", "trace", "traced", "time"),
        *("route", "get", "post", "put", "delete", "patch", "head", "options", "websocket", "errorhandler", "doc"),
        *("expect", "response", "marshal_with", "arguments", "route_cors", "cross_origin", "swag_from", "docs"),
        *("staticmethod", "classmethod", "property", "abstractmethod", "override", "overload", "contextmanager"),
        *("asynccontextmanager", "param", "params", "action", "atomic", "never_cache", "gzip_page", "csrf_exempt"),
        *("require_http_methods", "require_GET", "require_POST", "require_safe", "api_view", "exception_handler"),
        *("on_event", "api_route", "websocket_route", "add_url_rule", "before_request", "extend_schema", "cache_page"),
        *("require_get", "require_post", "input", "output", "middleware", "register", "singleton", "retry", "event"),
        *("on", "shared_task", "task", "command", "vary_on_headers", "cache_control", "tag", "summary", "deprecated"),
    }
)


def words_of(name: str) -> tuple[str, ...]:
    """The words that a name is made of: `verifyApiKey`, `verify_api_key`."""
    return tuple(part.lower() for part in _PARTS.findall(name))


def validates_by_name(name: str) -> bool:
    """Whether something looks by its name as if it may refuse somebody."""
    words = words_of(name)
    if any(word in VALIDATING for word in words):
        return True
    return any(pair in pairwise(words) for pair in _VALIDATING_PAIRS)


def claims_to_validate(name: str) -> bool:
    """Whether a function says by its name that it lets only some in."""
    words = words_of(name)
    if any(word in _CLAIMING for word in words):
        return True
    return any(pair in pairwise(words) for pair in (("current", "user"), ("api", "key"), ("user", "from")))


_CLAIMING: Final = frozenset(
    {
        *(
            "auth",
            "authenticate",
            "authenticated",
            "authentication",
            "authorize",
            "authorized",
            "authorization",
            "authz",
        ),
        *("authorise", "authorised", "authn", "login", "permission", "permissions", "permitted", "verify", "require"),
        *("required", "requires", "guard", "guarded", "protect", "protected", "access", "jwt", "admin", "rbac", "acl"),
    }
)


def is_credential(name: str) -> bool:
    """Whether a name looks like what somebody shows of himself, or what is known of him."""
    return any(word in CREDENTIAL for word in words_of(name))


def is_given(name: str) -> bool:
    """Whether a name looks like a request, or like the credential in it."""
    words = words_of(name)
    return bool(words) and (words[-1] in _REQUESTS or any(word in _SHOWN for word in words))


def names_in(expr: Expr) -> Iterable[str]:
    """The names, attributes and texts that an expression mentions."""
    for part in expressions_in(expr):
        match part:
            case Ref(name) | Attr(_, name):
                yield name
            case Const(str() as text) if len(text) < 60:
                yield text
            case _:
                continue


def last_name(expr: Expr) -> str:
    """The last name of what is called: `c` of `a.b.c`."""
    if isinstance(expr, Call):
        return last_name(expr.func)
    if isinstance(expr, Attr):
        return expr.name
    return expr.name.rpartition(".")[2] if isinstance(expr, Ref) else ""


def gets_the_request(call: Call) -> bool:
    """Whether a call is passed the request, or a credential out of it, as it is."""
    for value in (*call.args, *(value for _, value in call.keywords)):
        if isinstance(value, Ref) and is_given(value.name):
            return True
        if isinstance(value, Item | Call) and any(is_given(name) for name in names_in(value)):
            return True
    return False


def may_validate(call: Call, meaning: str | None) -> bool:
    """Whether a call of something out of sight looks as if it could be a validation."""
    last = last_name(call.func)
    if meaning is not None:
        return _foreign_may_validate(call, meaning)
    if not last:
        return gets_the_request(call)
    root, _, rest = (call.func.name if isinstance(call.func, Ref) else "").partition(".")
    if root and not rest:
        return root not in _BUILTINS and (validates_by_name(root) or gets_the_request(call) or _is_passed_on(call))
    if last in _HARMLESS_NAMES:
        return False
    receiver = root + "." + rest.rpartition(".")[0]
    if is_given(root) and not validates_by_name(last):
        return False
    return validates_by_name(last) or any(word in _AUTHORITIES for word in words_of(receiver)) or gets_the_request(call)


def _is_passed_on(call: Call) -> bool:
    """Whether a call hands on whatever it was given: `f(*args, **kwargs)`."""
    starred = any(isinstance(each, Other) and each.kind == "*" for each in call.args)
    return starred or any(name is None for name, _ in call.keywords)


_AUTHORITIES: Final = frozenset(
    {"auth", "authenticator", "authz", "jwt", "oauth", "oauth2", "oidc", "security", "guard"}
)


def _foreign_may_validate(call: Call, meaning: str) -> bool:
    top = meaning.partition(".")[0]
    tail = ".".join(meaning.rsplit(".", 2)[-2:])
    if top in _REMOTE:
        return any(
            validates_by_name(name) for each in (*call.args, *(v for _, v in call.keywords)) for name in names_in(each)
        )
    if top in sys.stdlib_module_names:
        return meaning.endswith("compare_digest") or top in ("hmac", "ssl")
    if top in _HARMLESS_TOPS:
        last = meaning.rpartition(".")[2]
        return last not in _HARMLESS_NAMES and not _is_plain(last) and validates_by_name(tail)
    return validates_by_name(meaning) or gets_the_request(call)


def _is_plain(last: str) -> bool:
    """Whether a name is that of an error, a response or a form."""
    return last.endswith(("Exception", "Error", "Response", "Form", "Unauthorized", "Forbidden")) or last.isupper()


def may_decorate(decorator: Expr, meaning: str | None) -> bool:
    """Whether a decorator out of sight could refuse somebody."""
    last = last_name(decorator)
    if last in _HARMLESS_DECORATORS:
        return False
    return meaning is None or not is_harmless(meaning)


def is_harmless(meaning: str) -> bool:
    """Whether something of another distribution is known to have nothing to do with who somebody is."""
    if meaning.partition(".")[0] not in _HARMLESS_TOPS:
        return False
    last = meaning.removesuffix("()").rpartition(".")[2]
    return last in _HARMLESS_DECORATORS or not validates_by_name(last)


def is_known(meaning: str) -> bool:
    """Whether something comes from a distribution that is known to leave applications as they are."""
    return meaning.partition(".")[0] in _HARMLESS_TOPS
