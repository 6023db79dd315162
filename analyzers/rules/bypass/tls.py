"""auth.bypass.tls-not-verified: who answers for the auth service is not checked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from analyzers.code import Code, Where
from analyzers.findings import Finding
from analyzers.outline import Assign, Call, Const, Expr, Ref, Stmt, parts_of, statements_in
from analyzers.rules.bypass.arguments import Given, arguments_of
from analyzers.rules.bypass.places import Place, called, is_around, last_name, path_to, receiver
from analyzers.snapshot import SourceFile

_CLIENTS: Final = frozenset({"requests", "httpx", "aiohttp", "urllib", "urllib3"})
_METHODS: Final = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "request", "stream", "send"})
_OTHERS: Final = frozenset({"urlopen", "PyJWKClient", "fetch_token", "refresh_token", "fetch_access_token"})
CALLS: Final = _METHODS | _OTHERS
SWITCHES: Final = frozenset(
    {"verify", "ssl", "verify_ssl", "CERT_NONE", "check_hostname", "verify_mode", "_create_unverified_context"}
)
"""Names without one of which, anywhere in its file, no call goes unchecked."""
"""The names of the calls that are looked at."""
_MAKERS: Final = frozenset({"Client", "AsyncClient", "Session", "ClientSession", "TCPConnector", "PoolManager"})
_JWKS: Final = frozenset({"jwt.PyJWKClient", "jwt.jwks_client.PyJWKClient"})
_FLAGS: Final = ("verify", "ssl", "verify_ssl")
_CONTEXTS: Final = ("context", "ssl_context", "ssl", "verify")
_UNCHECKED: Final = "ssl._create_unverified_context"

_WORD: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_AUTH: Final = frozenset(
    {
        *("auth", "oauth", "authn", "authz", "authentication", "authenticate", "authorize", "authorization", "openid"),
        *(
            "token",
            "tokens",
            "jwks",
            "jwk",
            "jwt",
            "oidc",
            "login",
            "signin",
            "introspect",
            "introspection",
            "userinfo",
        ),
        *("sso", "saml", "keycloak"),
    }
)
_AUTH_IN_ADDRESS: Final = _AUTH | {"session", "sessions", "validate", "authserver"}
_TOGETHER: Final = frozenset({"session", "sessions", "user", "credential", "credentials", "password", "key"})
_ACTS: Final = frozenset({"validate", "verify", "check"})


@lru_cache(maxsize=4096)
def _words(text: str) -> frozenset[str]:
    return frozenset(word.lower() for word in _WORD.findall(text))


def unchecked_calls(call: Call, place: Place, code: Code, file: SourceFile) -> Iterator[Finding]:
    """A call to an auth service by which nobody checks who answers."""
    name = called(call.func)
    if name not in CALLS:
        return
    callee = code.callee(call, place.where) or ""
    is_jwks = callee in _JWKS
    if not is_jwks and callee.partition(".")[0] not in _CLIENTS and not _is_client(call):
        return
    if not (_is_off(call, place.where, code) or _is_off_for_client(call, place, code)):
        return
    if is_jwks or _is_about_auth(call, place, code):
        yield _finding(call, callee or name, place, file)


def _finding(call: Call, callee: str, place: Place, file: SourceFile) -> Finding:
    return Finding(
        rule="auth.bypass.tls-not-verified",
        path=file.path,
        line=call.line,
        end_line=call.end_line,
        symbol=callee,
        detail=f"certificate not checked in {place.qualname}",
        message=f"`{callee}` does not check the certificate of the auth service",
        severity="high",
        scope=file.scope,
        within=place.qualname,
    )


def _is_client(call: Call) -> bool:
    """Whether a call that says nothing by its meaning is one of a client of HTTP: it has such a flag itself."""
    return any(call.keyword(flag) is not None for flag in ("verify", "verify_ssl"))


def _is_off(call: Call, where: Where, code: Code) -> bool:
    """Whether a call turns the check off, with what it is given or made with."""
    named = arguments_of(call, where, code).named.known
    for flag in _FLAGS:
        value = named.get(flag)
        if value is not None and isinstance(value.expr, Const) and value.expr.value is False:
            return True
    if _is_unchecked_context([named.get(name) for name in _CONTEXTS], code):
        return True
    if any(_is_disarmed(call.keyword(name), where, code, call.line) for name in _CONTEXTS):
        return True
    reqs = named.get("cert_reqs")
    if reqs is not None and _is_cert_none(reqs):
        return True
    connector = named.get("connector")
    inner = connector.expr if connector is not None else None
    return isinstance(inner, Call) and connector is not None and _is_off(inner, connector.where, code)


def _is_unchecked_context(values: list[Given | None], code: Code) -> bool:
    return any(
        value is not None and isinstance(value.expr, Call) and code.callee(value.expr, value.where) == _UNCHECKED
        for value in values
    )


def _is_disarmed(context: Expr | None, where: Where, code: Code, line: int) -> bool:
    """Whether a context has been told to check nothing: `context.verify_mode = ssl.CERT_NONE`."""
    if not isinstance(context, Ref):
        return False
    bodies = (code.outline(where.file).body, *(function.body for function in where.functions))
    return any(
        _sets_to_none(each, f"{context.name}.verify_mode") and is_around(path_to(body, each.line), path_to(body, line))
        for body in bodies
        for each in statements_in(body)
    )


def _sets_to_none(statement: Stmt, name: str) -> bool:
    return (
        isinstance(statement, Assign)
        and isinstance(statement.value, Ref)
        and last_name(statement.value) == "CERT_NONE"
        and any(isinstance(target, Ref) and target.name == name for target in statement.targets)
    )


def _is_cert_none(value: Given) -> bool:
    if isinstance(value.expr, Const):
        return value.expr.value in {"CERT_NONE", "NONE"}
    return isinstance(value.expr, Ref) and last_name(value.expr) == "CERT_NONE"


def _is_off_for_client(call: Call, place: Place, code: Code) -> bool:
    """Whether the client that a call is a method of has been made without the check, or had it turned off."""
    if not isinstance(call.func, Ref) or "." not in call.func.name or _asks_for_check(call):
        return False
    client = receiver(call.func)
    if not isinstance(client, Ref):
        return False
    made, there = code.value(client, place.where)
    if isinstance(made, Call) and last_name(made.func) in _MAKERS and _is_off(made, there, code):
        return True
    bodies = [function.body for function in place.where.functions] or [place.body]
    return any(
        _turns_off(each, client.name) and is_around(path_to(body, each.line), path_to(body, call.line))
        for body in bodies
        for each in statements_in(body)
        if each.line <= call.line
    )


def _asks_for_check(call: Call) -> bool:
    return any(call.keyword(flag) is not None for flag in _FLAGS)


def _turns_off(statement: Stmt, name: str) -> bool:
    """`session.verify = False`."""
    return (
        isinstance(statement, Assign)
        and isinstance(statement.value, Const)
        and statement.value.value is False
        and any(isinstance(target, Ref) and target.name == f"{name}.verify" for target in statement.targets)
    )


# Whether it is about authentication


def _is_about_auth(call: Call, place: Place, code: Code) -> bool:
    """Whether the address or the function says that an auth service is called."""
    name = place.qualname.rpartition(".")[2]
    words = _words(name) | _words(last_name(call.func))
    if words & _AUTH or (words & _ACTS and words & _TOGETHER):
        return True
    return any(_words(text) & _AUTH_IN_ADDRESS for text in _address_texts(call, place.where, code))


def _address_texts(call: Call, where: Where, code: Code) -> Iterator[str]:
    """What an address says: its literals and the names in it."""
    url = call.keyword("url") or call.keyword("uri")
    positional = call.args[1 if last_name(call.func) in {"request", "stream"} and len(call.args) > 1 else 0 :][:1]
    waiting: list[tuple[Expr, Where]] = [(each, where) for each in (*positional, url) if each is not None]
    steps = 40
    while waiting and steps:
        steps -= 1
        expr, there = waiting.pop()
        if isinstance(expr, Const) and isinstance(expr.value, str):
            yield _path_of(expr.value)
        elif isinstance(expr, Ref):
            yield last_name(expr)
            value, inside = code.value(expr, there)
            if not isinstance(value, Ref):
                waiting.append((value, inside))
        elif isinstance(expr, Call) and last_name(expr.func) != "format":
            yield last_name(expr.func)
            waiting += [(each, there) for each in (*expr.args, *parts_of(expr.func))]
        else:
            waiting += [(each, there) for each in parts_of(expr)]


def _path_of(text: str) -> str:
    """An address without what is behind its path."""
    return text.partition("?")[0]
