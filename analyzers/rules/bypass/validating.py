"""What makes a function a validating one: it calls a validation, or it reads a credential and refuses.

A name alone makes none: `verify` may look at anything.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from analyzers.code import Code, Found, Where
from analyzers.facts import FileFacts
from analyzers.outline import (
    Attr,
    Call,
    Compare,
    Const,
    Def,
    Dict,
    Do,
    Expr,
    Item,
    Param,
    Raise,
    Ref,
    Return,
    Stmt,
    blocks_of,
    expressions_in,
    expressions_of,
    statements_in,
)
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.answers import is_refusal
from analyzers.rules.bypass.words import last_name, names_with, words
from analyzers.snapshot import SourceFile

CREDENTIAL: Final = frozenset(
    {
        "authorization",
        "token",
        "apikey",
        "secret",
        "password",
        "jwt",
        "bearer",
        "credentials",
        "signature",
        "auth",
        "ticket",
    }
)
"""Words for what a client shows."""
_CARRIERS: Final = frozenset({"headers", "cookies", "query_params", "args", "META", "GET", "query", "params"})
"""What of a request carries it."""
_EXTRACTORS: Final = frozenset(
    {"Header", "Cookie", "Security", "HTTPBearer", "HTTPBasic", "APIKeyHeader", "APIKeyQuery", "OAuth2PasswordBearer"}
)
_STATES: Final = frozenset({"is_authenticated", "is_anonymous", "is_logged_in"})
_REFUSING_CLASSES: Final = (
    frozenset({"unauthorized"}),
    frozenset({"unauthenticated"}),
    frozenset({"forbidden"}),
    frozenset({"not", "authenticated"}),
    frozenset({"authentication", "failed"}),
    frozenset({"authentication", "error"}),
    frozenset({"auth", "error"}),
    frozenset({"auth", "exception"}),
    frozenset({"authentication", "exception"}),
    frozenset({"permission", "denied"}),
    frozenset({"access", "denied"}),
    frozenset({"invalid", "token"}),
    frozenset({"invalid", "credentials"}),
)
_ABOUT_SETTINGS: Final = frozenset({"config", "configuration", "settings", "setup"})
"""Errors about these are told to whoever runs the application."""
_SIGNATURES: Final = frozenset(
    {
        *("django.core.signing.loads", "django.core.signing.Signer.unsign", "django.core.signing.Signer.unsign_object"),
        *("django.core.signing.TimestampSigner.unsign", "django.core.signing.TimestampSigner.unsign_object"),
    }
)
"""What is signed may say who somebody is, or anything else."""
_REMOTE: Final = frozenset({"requests", "httpx", "aiohttp"})
_REMOTE_WORDS: Final = frozenset({"introspect", "introspection", "userinfo", "validate", "verify", "authenticate"})


_ACCESS: Final = CREDENTIAL | frozenset(
    {
        *("access", "apikey", "authenticate", "authenticated", "authentication", "authorize", "authorized", "claims"),
        *("cookie", "cookies", "credential", "guard", "identity", "itsdangerous", "jose", "joserfc", "jwts", "key"),
        *("login", "oauth", "oauth2", "oidc", "permission", "permissions", "principal", "protect", "security"),
        *("session", "signing", "user", "verify", "websocket", "request", "tokens", "secrets", "authlib", "middleware"),
    }
)
"""Words of which at least one stands in the imports or in the signatures of a file that validates anything."""


def is_about_access(file: SourceFile, code: Code) -> bool:
    """Whether anything in a file is named as if it were about who may do what: others are not looked into."""
    facts = file.facts
    imports = facts.imports if isinstance(facts, FileFacts) else ()
    if any(words(each.module) & _ACCESS or (each.name and words(each.name) & _ACCESS) for each in imports):
        return True
    return any(
        words(found.node.name) & _ACCESS or any(words(param.name) & _ACCESS for param in found.node.params)
        for found in code.functions(file)
        if isinstance(found.node, Def)
    )


def names_about_access(file: SourceFile, code: Code) -> frozenset[str]:
    """The names in a file that say that a function is about that: without one of them, it is not."""
    return names_with(code.outline(file).words, _ACCESS | {"headers", "header", "bearer", "args", "environ", "getenv"})


class Validating:
    """Tells which functions and calls validate, in one file."""

    def __init__(self, code: Code, terms: AuthTerms) -> None:
        self.code = code
        self.terms = terms

    def function(self, found: Found) -> bool:
        """Whether a function validates what a client shows: itself, or the function that it gives back."""
        node = found.node
        if not isinstance(node, Def):
            return False
        if self.terms.pattern_of(found.dotted) is not None:
            return True
        inside = found.where.inside(node)
        if reads_credential(node) and any(refuses(each) for each in node.statements):
            return True
        return any(self.call(each, inside) for each in calls_in(node.body))

    def within(self, body: tuple[Stmt, ...], where: Where) -> Call | None:
        """The first validation in some statements."""
        return next((call for call in calls_in(body) if self.call(call, where)), None)

    def call(self, call: Call, where: Where) -> bool:
        """Whether a call validates: a known pattern, a function of this repository that calls one, a remote check."""
        if self.terms.pattern_of_call(call, where, self.code) is not None:
            return not _is_optional(call) and not self._is_unverified(call, where)
        callee = self.code.callee(call, where)
        if callee is None:
            return False
        if callee in _SIGNATURES:
            return True
        if callee.partition(".")[0] in _REMOTE:
            return _asks_about_a_credential(call) and bool(where.functions) and is_given_credential(where.functions[-1])
        return self._is_wrapper(callee)

    def _is_wrapper(self, callee: str) -> bool:
        if not self.code.resolver.is_first_party(callee):
            return False
        found = self.code.find(callee)
        if found is None or not isinstance(found.node, Def):
            return False
        inside = found.where.inside(found.node)
        calls = calls_in(found.node.body)
        return any(
            self.terms.pattern_of_call(call, inside, self.code) is not None and not self._is_unverified(call, inside)
            for call in calls
        )

    def _is_unverified(self, call: Call, where: Where) -> bool:
        """Whether a call says that it does not verify the signature: that validates nothing."""
        if words(last_name(call)) & {"unverified", "unsafe", "insecure"}:
            return True
        for _, value in call.keywords:
            options = self.code.value(value, where)[0]
            pairs = options.items if isinstance(options, Dict) else ()
            if any(_is_text(key, "verify_signature") and _is_false(each) for key, each in pairs):
                return True
        return any(key == "verify" and _is_false(value) for key, value in call.keywords)


def calls_in(body: Iterable[Stmt]) -> Iterator[Call]:
    """Every call in some statements, but for those of functions inside."""
    for statement in statements_in(tuple(body)):
        for expr in expressions_of(statement):
            yield from (part for part in expressions_in(expr) if isinstance(part, Call))


def _is_text(expr: Expr | None, text: str) -> bool:
    return isinstance(expr, Const) and expr.value == text


def _is_false(expr: Expr) -> bool:
    return isinstance(expr, Const) and expr.value is False


def _is_optional(call: Call) -> bool:
    """`jwt_required(optional=True)` refuses nobody."""
    return any(
        key is not None and "optional" in key and isinstance(value, Const) and value.value is True
        for key, value in call.keywords
    )


def _asks_about_a_credential(call: Call) -> bool:
    said: set[str] = set()
    for part in expressions_in(call.args[0]) if call.args else ():
        if isinstance(part, Const) and isinstance(part.value, str):
            said |= words(part.value)
        elif isinstance(part, Ref):
            said |= words(part.name)
    return bool(said & _REMOTE_WORDS)


# Credentials


def reads_credential(function: Def) -> bool:
    """Whether a function takes what a client shows out of a request, or is given it."""
    if any(_is_credential(param) for param in function.params):
        return True
    for statement in function.statements:
        for expr in expressions_of(statement):
            if any(is_from_request(part) for part in expressions_in(expr)):
                return True
    return False


def is_given_credential(function: Def) -> bool:
    """Whether a function is given what a client shows, or takes it out of a request."""
    return any(is_credential_name(param.name) for param in function.params) or reads_credential(function)


def _is_credential(param: Param) -> bool:
    if param.kind.startswith("*") or not is_credential_name(param.name):
        return False
    for part in expressions_in(param.default) if param.default is not None else ():
        if last_name(part) in _EXTRACTORS | {"Depends"}:
            return True
    for part in expressions_in(param.annotation) if param.annotation is not None else ():
        if last_name(part) in _EXTRACTORS | {"Depends"} or "Credentials" in last_name(part):
            return True
    return False


def is_credential_name(name: str) -> bool:
    """Whether a name says that it is what a client shows."""
    said = words(name)
    return bool(said & CREDENTIAL - {"ticket"}) or said >= {"api", "key"} or name.lower().endswith("ticket")


def is_from_request(expr: Expr) -> bool:
    """Whether an expression reads a credential from a request: `request.headers["Authorization"]`, or asks for it."""
    match expr:
        case Item(value, key):
            return _carries(value) and _names_credential(key)
        case Call(func, (key, *_)) if last_name(func) == "get":
            inner = func.value if isinstance(func, Attr) else func
            return _carries(inner, 2 if isinstance(func, Ref) else 1) and _names_credential(key)
        case Compare(key, ("in" | "not in",), (value,)):
            return (_carries(value) or last_name(value) == "session") and _names_credential(key)
        case Ref(name):
            end = name.rpartition(".")[2]
            return end in _STATES or name in {"request.authorization", "flask.request.authorization"}
    return False


def _carries(value: Expr, number: int = 1) -> bool:
    """Whether an expression is a part of a request that carries credentials; `number` counts from the end."""
    if isinstance(value, Ref):
        names = value.name.split(".")
        return len(names) >= number and names[-number] in _CARRIERS
    return last_name(value) in _CARRIERS or (number == 1 and last_name(value) in _CARRIERS)


def _names_credential(key: Expr) -> bool:
    if isinstance(key, Const) and isinstance(key.value, str):
        said = words(key.value)
    elif isinstance(key, Ref):
        said = words(last_name(key))
    else:
        return False
    return bool(said & CREDENTIAL - {"credentials"}) or said >= {"api", "key"}


# Refusing


def refuses(statement: Stmt) -> bool:
    """Whether a statement refuses a client: raises such an error, aborts, answers with such a status."""
    match statement:
        case Raise(Call() | Ref() as value):
            return _is_refusing_error(value)
        case Do(Call() as value):
            return is_refusal(value)
        case Return(value) if value is not None:
            return is_refusal(value)
    return False


def _is_refusing_error(value: Call | Ref) -> bool:
    said = words(last_name(value))
    if said & _ABOUT_SETTINGS:
        return False
    if any(said >= each for each in _REFUSING_CLASSES):
        return True
    given = (*value.args, *(each for _, each in value.keywords)) if isinstance(value, Call) else ()
    return any(is_refusal(each) for each in given)


def may_refuse(statement: Stmt) -> bool:
    """Whether a statement, or one inside it, refuses."""
    return refuses(statement) or any(refuses(each) for block in blocks_of(statement) for each in statements_in(block))
