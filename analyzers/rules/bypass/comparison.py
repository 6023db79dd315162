"""auth.bypass.token-comparison: a secret compared by `==`, which takes the longer the more of it is right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, TypeGuard

from analyzers.code import Code, Found, Where
from analyzers.findings import Finding
from analyzers.outline import (
    Assign,
    Attr,
    Bool,
    Call,
    Check,
    Choice,
    Compare,
    Const,
    Def,
    Expr,
    If,
    Item,
    Join,
    Loop,
    Not,
    Ref,
    Return,
    Stmt,
    expressions_in,
    parts_of,
    statements_in,
)
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.words import first_name, last_name, names_with, told, words
from analyzers.snapshot import SourceFile

_SECRET: Final = frozenset(
    {"token", "apikey", "secret", "password", "passwd", "passphrase", "signature", "sig", "hmac", "bearer", "digest"}
)
"""Words for what only some know."""
_NO_SECRET: Final = frozenset(
    {
        "default",
        "type",
        "kind",
        "count",
        "len",
        "length",
        "id",
        "name",
        "next",
        "page",
        "sync",
        "csrf",
        "new",
        "confirm",
        "url",
    }
    | {"file", "expires", "expiry", "algorithm", "method", "version", "prefix", "header", "format", "continuation"}
)
_TELLING: Final = _SECRET | {"key", "hash", "hexdigest", "authorization", "credentials", "mac", "auth"}
_REQUEST: Final = frozenset({"request", "req", "websocket", "ws", "credentials", "headers", "cookies", "query_params"})
_PARTS: Final = frozenset(
    {"headers", "cookies", "query_params", "args", "META", "GET", "POST", "form", "data", "json", "body", "values"}
    | {"query", "params", "credentials", "password", "get_json", "get_header", "get_argument", "authorization"}
)
"""What of a request may carry a secret."""
_EXTRACTORS: Final = frozenset({"Header", "Cookie", "Query", "Form", "Security", "Body", "Depends"})
_HASHES: Final = frozenset({"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "pbkdf2_hmac", "blake2b"})
_WRAPPERS: Final = frozenset(
    {"b64encode", "urlsafe_b64encode", "hexlify", "encode", "decode", "hexdigest", "digest", "lower", "upper", "strip"}
    | {"str", "bytes", "removeprefix", "replace"}
)
_SETTINGS: Final = frozenset({"settings", "config", "conf", "cfg", "configuration", "environ", "env"})
_MOST_STEPS: Final = 6
_MOST_JOINS: Final = 2
"""Texts that texts are made of."""


def comparison_bypasses(file: SourceFile, code: Code, terms: AuthTerms) -> Iterator[Finding]:
    """The comparisons of secrets in one file; none are looked for in tests."""
    del terms  # what a secret is does not depend on the ways to validate
    if file.scope == "tests":
        return
    telling = names_with(code.outline(file).words, _TELLING | _SETTINGS | {"getenv"})
    for found in code.functions(file):
        if isinstance(found.node, Def) and not telling.isdisjoint(found.node.words):
            yield from _in_function(found, found.node, code)


def _in_function(found: Found, function: Def, code: Code) -> Iterator[Finding]:
    for statement in function.statements:
        expr = _deciding(statement)
        for compare in () if expr is None else _comparisons_in(expr):
            if isinstance(statement, If) and _is_brought_up_to_date(compare, statement):
                continue
            if (finding := _compared(compare, found, function, code)) is not None:
                yield finding


def _is_brought_up_to_date(compare: Compare, statement: If) -> bool:
    """Whether what differs is set: `if account.secret != secret: account.secret = secret`."""
    sides = {side.name for side in (compare.left, *compare.rights) if isinstance(side, Ref)}
    return any(
        isinstance(each, Assign)
        and isinstance(each.value, Ref)
        and each.value.name in sides
        and any(isinstance(target, Ref) and target.name in sides for target in each.targets)
        for each in statements_in(statement.body)
    )


def _deciding(statement: Stmt) -> Expr | None:
    """The expression of a statement that a comparison may stand in: most others only pass values on."""
    match statement:
        case If(expr) | Return(expr) | Check(expr) | Assign(_, expr) | Loop(None, expr):
            return expr
    return None


def _comparisons_in(expr: Expr) -> Iterator[Compare]:
    """The comparisons that decide something; in a query they are for the database to make."""
    if isinstance(expr, Compare):
        if expr.ops in {("==",), ("!=",)}:
            yield expr
    elif isinstance(expr, Call):
        if last_name(expr) in {"any", "all", "bool"}:
            yield from (each for part in expr.args for each in _comparisons_in(part))
    elif isinstance(expr, Bool | Not | Choice):
        yield from (each for part in parts_of(expr) for each in _comparisons_in(part))


def _compared(compare: Compare, found: Found, function: Def, code: Code) -> Finding | None:
    left, right = compare.left, compare.rights[0]
    if isinstance(left, Const) or isinstance(right, Const):
        return None
    if not (_may_be_secret(left) or _may_be_secret(right)):
        return None
    sides = _Sides(function, found.where.inside(function), code)
    if not (sides.given_and_kept(left, right) or sides.given_and_kept(right, left)):
        return None
    file = found.where.file
    return Finding(
        rule="auth.bypass.token-comparison",
        path=file.path,
        line=compare.line,
        end_line=compare.end_line,
        symbol=function.qualname,
        detail=f"compares {told(left)} with {told(right)}",
        message=f"`{told(left)}` and `{told(right)}` are compared by `{compare.ops[0]}`, not in constant time",
        severity="medium",
        scope=file.scope,
        within=function.qualname,
    )


def _may_be_secret(expr: Expr) -> bool:
    """Whether a side says by its names that it is a secret; one of the two does, or a hash is what it is called."""
    parts = expressions_in(expr)
    names = (
        part.value if isinstance(part, Const) else part.name for part in parts if isinstance(part, Const | Ref | Attr)
    )
    return any(isinstance(name, str) and bool(words(name) & _TELLING) for name in names)


class _Sides:
    """The two sides of a comparison in one function."""

    def __init__(self, function: Def, where: Where, code: Code) -> None:
        self.function = function
        self.where = where
        self.code = code

    def given_and_kept(self, given: Expr, kept: Expr) -> bool:
        """Whether one side is what a client shows, or is computed from it, and the other what it should be."""
        if self._is_mac(given):
            return not isinstance(self._value(kept), Const)
        if self._is_hash_of_secret(given):
            return self._is_secret(kept) or "hash" in words(last_name(kept))
        if self._is_given(given):
            return self._is_secret(kept) and not self._is_from_request(kept)
        if not self._is_called_secret(given):
            return False
        value = self._value(kept)
        parts = value.parts if isinstance(value, Join) else (kept,)
        return any(self._is_setting(part) for part in parts)

    # What a client shows

    def _is_given(self, expr: Expr) -> bool:
        """Whether a request says it, under the name of a secret."""
        value = self._value(expr)
        return self._is_from_request(expr) and (_is_shown(_key_of(value)) or _is_shown(_key_of(expr)))

    def _is_from_request(self, expr: Expr) -> bool:
        value = self._value(expr)
        if isinstance(value, Ref) and "." not in value.name:
            return self._is_request_param(value.name)
        inner = _unwrapped(value)
        names = set(_names_on_the_way(inner))
        head = next((each for each in expressions_in(inner) if isinstance(each, Ref)), None)
        start, there = (inner, self.where) if head is None else self._start(head)
        if start is not head:
            names |= set(_names_on_the_way(_unwrapped(start)))
            inner = start
        del there
        return first_name(inner) in _REQUEST | {"self", "flask"} and bool(names & _REQUEST) and bool(names & _PARTS)

    def _start(self, head: Ref) -> tuple[Expr, Where]:
        """What the name is bound to that an expression starts from: `data` of `data["token"]`."""
        return self.code.value(Ref(head.name.partition(".")[0], head.target, head.line), self.where, _MOST_STEPS)

    def _is_request_param(self, name: str) -> bool:
        param = next((each for each in self.function.params if each.name == name), None)
        told_by = () if param is None else (param.default, param.annotation)
        return any(
            last_name(part) in _EXTRACTORS for each in told_by if each is not None for part in expressions_in(each)
        )

    def _is_called_secret(self, expr: Expr) -> bool:
        """Whether it is a parameter that is called a secret."""
        is_param = isinstance(expr, Ref) and any(param.name == expr.name for param in self.function.params)
        return is_param and _is_secret_name(last_name(expr))

    # What is computed

    def _is_mac(self, expr: Expr, steps: int = _MOST_JOINS) -> bool:
        """`hmac.new(...).hexdigest()`, also in Base64."""
        inner = _unwrapped(self._value(expr))
        if isinstance(inner, Join):
            return steps > 0 and any(self._is_mac(part, steps - 1) for part in inner.parts)
        if not isinstance(inner, Call):
            return False
        return self.code.callee(inner, self.where) in {"hmac.new", "hmac.digest", "hmac.HMAC"}

    def _is_hash_of_secret(self, expr: Expr) -> bool:
        """`hashlib.sha256(password.encode()).hexdigest()`."""
        inner = _unwrapped(self._value(expr))
        if not isinstance(inner, Call) or last_name(inner) not in _HASHES:
            return False
        parts = [part for each in inner.args for part in expressions_in(each)]
        names = [part.name for part in parts if isinstance(part, Ref | Attr)]
        names += [part.value for part in parts if isinstance(part, Const) and isinstance(part.value, str)]
        return any(words(name) & {"password", "passwd", "token", "apikey", "secret"} for name in names)

    # What it should be

    def _is_secret(self, expr: Expr, steps: int = _MOST_JOINS) -> bool:
        """Whether it is kept here: a setting, an environment variable, an attribute of that name."""
        value = self._value(expr)
        if isinstance(value, Join):
            return steps > 0 and any(self._is_secret(part, steps - 1) for part in value.parts)
        if self._is_literal(expr) or _is_column(expr):
            return False
        if self._is_setting(expr):
            return True
        is_attribute = isinstance(expr, Attr) or (
            isinstance(expr, Ref) and ("." in expr.name or expr.target is not None)
        )
        return is_attribute and _is_secret_name(last_name(expr)) and not isinstance(self._value(expr), Const)

    def _is_literal(self, expr: Expr) -> bool:
        """Whether it is written in the code, `SecretStr("...").get_secret_value()` included."""
        if isinstance(expr, Call) and isinstance(expr.func, Ref | Attr) and not expr.args:
            func = expr.func
            target = None if isinstance(func, Attr) or func.target is None else func.target.rpartition(".")[0] or None
            owner = func.value if isinstance(func, Attr) else Ref(func.name.rpartition(".")[0], target, func.line)
            value = self._value(owner)
            return isinstance(value, Call) and bool(value.args) and all(isinstance(each, Const) for each in value.args)
        return isinstance(self._value(expr), Const)

    def _is_setting(self, expr: Expr) -> bool:
        if self._is_literal(expr):
            return False
        value = self._value(expr)
        callee = self.code.callee(value, self.where) if isinstance(value, Call) else None
        if callee in {"os.getenv", "os.environ.get"} or first_name(value) == "environ":
            return _is_secret_name(_key_of(value)) or _is_secret_name(_key_of(expr))
        if isinstance(value, Item) and isinstance(value.value, Ref) and value.value.name == "os.environ":
            return _is_secret_name(_key_of(value)) or _is_secret_name(_key_of(expr))
        names = self._chain(expr.func)[:-1] if _is_revealed(expr) else self._chain(expr)
        is_settings = any(words(name) & _SETTINGS for name in names[:-1])
        return is_settings and _is_secret_name(names[-1])

    def _chain(self, expr: Expr) -> list[str]:
        """The names on the way to what an expression says: `app`, `config`, `API_KEY` of `app.config["API_KEY"]`."""
        match expr:
            case Ref(name, str(target)) if target.startswith((":", ".")):
                return target.lstrip(".:").split(".")
            case Ref(name):
                return name.split(".")
            case Attr(value, name):
                return [*self._chain(value), name]
            case Item(value, Const(str(key))):
                return [*self._chain(value), key]
            case Call(Ref() | Attr() as func, (Const(str(key)), *_)) if last_name(func) == "get":
                return [*self._chain(func)[:-1], key]
            case Call(func):
                return self._chain(func)
        return [""]

    def _value(self, expr: Expr) -> Expr:
        return self.code.value(expr, self.where, _MOST_STEPS)[0]


def _unwrapped(expr: Expr) -> Expr:
    """What is encoded, decoded or digested: `hmac.new(...)` of `base64.b64encode(hmac.new(...).digest()).decode()`."""
    for _ in range(_MOST_STEPS):
        if not isinstance(expr, Call) or last_name(expr) not in _WRAPPERS:
            break
        if isinstance(expr.func, Attr):
            expr = expr.func.value
        elif expr.args:
            expr = expr.args[0]
        else:
            break
    return expr


def _key_of(expr: Expr) -> str:
    """The name under which something is found: the key of an item, of `get("key")`, the last name of an attribute."""
    match _unwrapped(expr):
        case Item(_, Const(str(key))) | Call(_, (Const(str(key)), *_)):
            return key
        case Item(_, key):
            return last_name(key)
        case other:
            return last_name(other)


def _is_revealed(expr: Expr) -> TypeGuard[Call]:
    """`settings.token.get_secret_value()`: what counts is the name before."""
    return isinstance(expr, Call) and not expr.args and last_name(expr) == "get_secret_value"


def _names_on_the_way(expr: Expr) -> Iterator[str]:
    for part in expressions_in(expr):
        if isinstance(part, Ref | Attr):
            yield from part.name.split(".")


def _is_column(expr: Expr) -> bool:
    """`ApiKey.token`: of a class, an attribute with a small letter is a column of a table."""
    head = first_name(expr)
    return head[:1].isupper() and not head.isupper() and not last_name(expr).isupper()


def _is_shown(name: str) -> bool:
    return _is_secret_name(name) or bool(words(name) & {"authorization", "credentials"})


def _is_secret_name(name: str) -> bool:
    said = words(name)
    return (bool(said & _SECRET) or said >= {"api", "key"}) and not said & _NO_SECRET
