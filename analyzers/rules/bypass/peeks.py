"""Peeks: unverified reads of tokens that let nobody in.

The signature is checked beside them, or what the token says only chooses by which key or issuer that is to be done, or
the token comes from where it was made.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from analyzers.code import Code, Where, local_values
from analyzers.outline import (
    Assign,
    Bool,
    Call,
    Choice,
    Class,
    Compare,
    Const,
    Def,
    Dict,
    Do,
    Expr,
    If,
    Item,
    Not,
    Other,
    Ref,
    Return,
    Several,
    Stmt,
    expressions_of,
    parts_of,
    statements_in,
)
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.decoding import Decoding, decoding_of, hands_on_to_check, says_it_does_not_verify
from analyzers.rules.bypass.places import (
    Place,
    Places,
    are_apart,
    calls_at,
    last_name,
    leaves_on_the_way,
    names_inside,
    path_to,
    receiver,
)

_ROUTING: Final = frozenset(
    {
        *("iss", "issuer", "kid", "alg", "tid", "aud", "azp", "appid", "client_id", "typ", "type", "token_type", "ver"),
        *("exp", "iat", "nbf", "jti", "header", "headers", "jku", "x5u", "x5t", "x5t#S256", "signature"),
    }
)
"""What chooses a key, an issuer or a tenant, or tells when to renew a token: nobody is let in by it."""

_IDENTITY: Final = frozenset(
    {
        *("sub", "uid", "oid", "upn", "email", "user", "user_id", "userid", "username", "preferred_username", "login"),
        *(
            "role",
            "roles",
            "groups",
            "permissions",
            "scope",
            "scopes",
            "scp",
            "admin",
            "is_admin",
            "account",
            "identity",
        ),
    }
)
"""What says who somebody is, or what he may do."""

_VERIFIES: Final = re.compile(r"(?i)verif|validat|authenticat|introspect|check|is_valid|userinfo")
"""In the name of a function that checks a token which it is given."""
_PARTLY: Final = re.compile(r"(?i)revo[kc]|black|deny|expir|format|length|type|scope|permission|role|claims")
"""In the name of one that checks something else about it."""
_CHOOSES: Final = re.compile(
    r"(?i)(?:^|_)rout(?:e|ing)(?:$|_)|(?:get|find|pick|choose|resolve|select|guess)_\w*(?:issuer|tenant|kid|key)$"
)
"""In the name of a function that chooses who is to check a token."""
_SIGNS_IN: Final = re.compile(r"(?i)sso|o_?auth|oidc|openid|pkce|callback|exchange|social|provider")
"""In the name of what signs people in at a provider."""
_RECEIVES: Final = re.compile(
    r"(?i)^(?:post|put|request|urlopen|json)$|fetch|acquire|exchange|authorize_access|refresh|request_"
    r"|^encode(?:_|$)|^sign(?:_|$)|^mint|^issue|create|generate"
)
"""In the name of a function whose answer is a token that has not come with a request to this program."""
_INCOMING: Final = re.compile(r"(?i)(?:^|[._])(?:request|req|websocket|ws|environ|headers?|cookies?)\b")
"""What comes with a request to this program."""
_HTTP: Final = frozenset({"requests", "httpx", "aiohttp", "urllib", "urllib3", "httplib2"})
_HTTP_METHODS: Final = frozenset({"get", "post", "put", "request", "fetch", "send", "urlopen"})
_LOGS: Final = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})
_MOST_SOURCES: Final = 4


def is_harmless(read: Decoding, place: Place, file: Places, code: Code, terms: AuthTerms) -> bool:
    """Whether an unverified read lets nobody in, as far as its file shows, or the place says what it does itself."""
    if says_it_does_not_verify(place.qualname) or _CHOOSES.search(place.qualname.rpartition(".")[2]):
        return True
    if not _is_used(read, place) or _obeys_flag(read, place):
        return True
    if _comes_from_elsewhere(read, place, code) or _is_verified_beside(read, place, code, terms):
        return True
    return any(
        _is_verified_beside(msgspec.structs.replace(read, call=call), caller, code, terms)
        for caller, call in file.callers_of(place)
    )


def _obeys_flag(read: Decoding, place: Place) -> bool:
    """Whether the flag that itsdangerous gives besides is looked at: `valid, payload = codec.loads_unsafe(value)`."""
    if not read.callee.endswith(".loads_unsafe"):
        return False
    for statement in statements_in(place.body):
        match statement:
            case Assign((Several((Ref(flag), *_)),), value) if value is read.call:
                used = (
                    part for each in statements_in(place.body) for expr in expressions_of(each) for part in _parts(expr)
                )
                return sum(isinstance(part, Ref) and part.name == flag for part in used) > 1
            case _:
                pass
    return False


# Where a token comes from


def _sources(expr: Expr | None, place: Place, steps: int = _MOST_SOURCES) -> Iterator[Expr]:
    """A token and the values that it is taken from, the nearest first."""
    function = place.function
    waiting = [] if expr is None else [expr]
    passed: set[str] = set()
    values = {} if function is None else local_values(function)
    while waiting and steps:
        steps -= 1
        found = waiting
        waiting = []
        for each in found:
            yield each
            for name in names_inside(each):
                head = name.partition(".")[0].partition("[")[0]
                if head not in passed:
                    passed.add(head)
                    bound = (each.value if isinstance(each, Assign) else each for each in values.get(head, ()))
                    waiting += [each for each in bound if each is not None and not isinstance(each, Def | Class)]


def _comes_from_elsewhere(read: Decoding, place: Place, code: Code) -> bool:
    """Whether a token was made here, or is the answer of a server that was asked for it."""
    sources = [*_sources(read.token, place)]
    names = [name for source in sources for name in names_inside(source)]
    if any(_INCOMING.search(name) for name in names):
        return False
    if _is_of_sign_in(read, place) or read.callee == "json.loads":
        return True  # by hand: clients look into their own tokens like that, and nothing shows that this one came in
    calls = (part for source in sources for part in _parts(source) if isinstance(part, Call))
    return any(_gives_a_token(call) or _is_http(call, place.where, code) for call in calls)


def _is_of_sign_in(read: Decoding, place: Place) -> bool:
    """Whether it is an ID token that a client has got from its provider.

    There the connection vouches for it, and the signature need not (OpenID Connect Core 1.0, 3.1.3.7, number 6).
    """
    token = read.token
    if token is None or _SIGNS_IN.search(place.qualname) is None:
        return False
    return any("id_token" in name for name in names_inside(token))


def _gives_a_token(call: Call) -> bool:
    """Whether a call makes a token or asks for one; `text.encode()` does neither."""
    name = last_name(call.func)
    if name in {"encode", "sign"} and len(call.args) + len(call.keywords) < 2:
        return False
    if name in {"get_token", "get_access_token", "get_id_token"}:
        return (
            isinstance(call.func, Ref) and "." in call.func.name and not call.func.name.startswith(("self.get", "cls."))
        )
    return _RECEIVES.search(name) is not None


def _is_http(call: Call, where: Where, code: Code) -> bool:
    if last_name(call.func) not in _HTTP_METHODS:
        return False
    meaning = code.callee(call, where)
    return meaning is not None and meaning.partition(".")[0] in _HTTP


def _parts(expr: Expr) -> Iterator[Expr]:
    waiting = [expr]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(parts_of(part))


# Whether it is verified too


def _is_verified_beside(read: Decoding, place: Place, code: Code, terms: AuthTerms) -> bool:
    """Whether the same function checks the same token, before or after."""
    names = {name for source in _sources(read.token, place, 3) for name in names_inside(source)} - {"self", "cls"}
    if read.callee.endswith(".extract_compact"):  # of joserfc: what it gives is checked by `validate_compact`
        names |= set(_results(read.call, place.body))
    here = path_to(place.body, read.call.line)
    for call in calls_at(place.body):
        if call is read.call or not _checks(call, names, place, code, terms):
            continue
        there = path_to(place.body, call.line)
        is_later = call.line > read.call.line
        if are_apart(here, there) or (
            _is_left(here, there, read, place) if is_later else leaves_on_the_way(there, here)
        ):
            continue
        return True
    return False


def _is_left(
    here: tuple[tuple[Stmt, int], ...], there: tuple[tuple[Stmt, int], ...], read: Decoding, place: Place
) -> bool:
    """Whether nothing that comes later can follow the read."""
    returned = any(
        isinstance(each, Return) and each.value is not None and any(part is read.call for part in _parts(each.value))
        for each in statements_in(place.body)
        if each.line <= read.call.line
    )
    return returned or leaves_on_the_way(here, there)


def _checks(call: Call, names: set[str], place: Place, code: Code, terms: AuthTerms) -> bool:
    """Whether a call checks the token, here or at a server."""
    where = place.where
    mentioned = _mentions(call, place)
    found = decoding_of(call, where, code)
    if found is not None:
        return found.verifies is not False and bool(mentioned & names)
    if terms.pattern_of_call(call, where, code) is not None:
        return not mentioned or bool(mentioned & names)
    if not mentioned & names:
        return False
    return (
        _says_it_verifies(last_name(call.func)) or _is_http(call, where, code) or hands_on_to_check(call, where, code)
    )


def _says_it_verifies(name: str) -> bool:
    is_about_it = _VERIFIES.search(name) is not None and _PARTLY.search(name) is None
    return is_about_it and not says_it_does_not_verify(name)


def _mentions(call: Call, place: Place) -> set[str]:
    """The names that a call is given, also in a dict that is made for it."""
    names: set[str] = set()
    for part in (*call.args, *(value for _, value in call.keywords)):
        for source in _sources(part, place, 2):
            if source is part or isinstance(source, Dict):
                names.update(names_inside(source))
    return names


# What is done with what it says


def _results(call: Call, body: tuple[Stmt, ...]) -> Iterator[str]:
    """The names that what a call gives is bound to."""
    for statement in statements_in(body):
        if isinstance(statement, Assign) and statement.value is not None and _is_given_by(statement.value, call):
            for target in statement.targets:
                yield from (part.name for part in _parts(target) if isinstance(part, Ref))
        for expr in expressions_of(statement):
            for part in _parts(expr):
                if isinstance(part, Other) and part.kind == "NamedExpr" and part.parts[1] is call:
                    yield from (each.name for each in (part.parts[0],) if isinstance(each, Ref))


def _is_given_by(value: Expr, call: Call) -> bool:
    """Whether a value is that of a call, perhaps cast, or with something else in its place where it is empty."""
    if value is call:
        return True
    if isinstance(value, Call) and last_name(value.func) in {"cast", "dict"}:
        return any(arg is call for arg in value.args)
    if isinstance(value, Bool) and value.op == "or":
        return value.values[0] is call
    return isinstance(value, Choice) and (value.body is call or value.orelse is call)


def _is_used(read: Decoding, place: Place) -> bool:
    """Whether what an unverified token says is used for more than to choose by what to verify it."""
    uses = uses_of(read.call, place)
    return bool(uses & _IDENTITY if read.is_part else uses - _ROUTING)


def uses_of(call: Call, place: Place) -> set[str]:
    """The claims that are taken out of what a call reads; `*` where the whole of it goes anywhere."""
    names = frozenset(_results(call, place.body))
    uses = {"*"} if any("." in name for name in names) else set()
    for statement in statements_in(place.body):
        for expr in _looked_at(statement, names, call):
            uses |= set(_uses(expr, names, call))
    return uses


def _looked_at(statement: Stmt, names: frozenset[str], call: Call) -> tuple[Expr, ...]:
    """The expressions of a statement in which a token's claims may be used."""
    match statement:
        case Assign(targets, value) if value is not None and _is_given_by(value, call):
            return tuple(each for each in targets if isinstance(each, Item))
        case Do(value) if value is call:
            return ()
        case If(Ref(name)) if name in names:
            return ()
        case _:
            return expressions_of(statement)


def _uses(expr: Expr, names: frozenset[str], call: Call) -> Iterator[str]:
    """The claims that an expression takes out of a token; `*` for the whole of it."""
    if _only_asks_whether(expr, names, call):
        return
    match expr:
        case Ref(name):
            if name in names or name.partition(".")[0] in names:
                yield "*"
        case Item(value, key) if _is_claims(value, names, call):
            yield key.value if isinstance(key, Const) and isinstance(key.value, str) else "*"
        case Call(func, (Const(str(key)), *_)) if _gets(func, names, call):
            yield key
        case Compare(left, ("in" | "not in",), (right,)) if _is_claims(right, names, call):
            yield from _uses(left, names, call)
        case Compare(_, ("==" | "!=",), (Ref(other),)) if "claim" in other:  # of the token that has been verified
            return
        case Call() if expr is call:
            yield "*"
        case _:
            for part in parts_of(expr):
                yield from _uses(part, names, call)


def _only_asks_whether(expr: Expr, names: frozenset[str], call: Call) -> bool:
    """Whether an expression asks for no more than whether there are claims, or writes them to a log."""
    match expr:
        case Not(value) | Compare(value, ("is" | "is not",), (Const(None),)) | Call(Ref("isinstance"), (value, _)):
            return _is_claims(value, names, call)
        case Call(func):
            return last_name(func) in _LOGS
        case _:
            return False


def _gets(func: Expr, names: frozenset[str], call: Call) -> bool:
    """Whether a call takes one claim: `claims.get`."""
    if last_name(func) not in {"get", "pop"}:
        return False
    claims = receiver(func)
    return claims is not None and _is_claims(claims, names, call)


def _is_claims(expr: Expr, names: frozenset[str], call: Call) -> bool:
    return expr is call or (isinstance(expr, Ref) and expr.name in names)
