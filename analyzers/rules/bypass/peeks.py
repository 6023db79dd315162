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
from analyzers.facts import FileFacts
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
from analyzers.rules.auth.wrappers import dependency_pattern
from analyzers.rules.bypass.decoding import Decoding, decoding_of, hands_on_to_check, says_it_does_not_verify
from analyzers.rules.bypass.places import (
    Place,
    Places,
    are_apart,
    last_name,
    leaves_on_the_way,
    names_inside,
    path_to,
    receiver,
)
from analyzers.rules.bypass.words import words
from analyzers.snapshot import SourceFile

_ROUTING: Final = frozenset(
    {
        *("iss", "issuer", "kid", "alg", "tid", "aud", "azp", "appid", "client_id", "typ", "type", "token_type", "ver"),
        *("exp", "iat", "nbf", "jti", "header", "headers", "jku", "x5u", "x5t", "x5t#S256", "signature"),
    }
)
"""What chooses a key, an issuer or a tenant, or tells when to renew a token: nobody is let in by it."""

IDENTITY: Final = frozenset(
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
_OPENS: Final = re.compile(r"(?i)(?:^|_)(?:unseal|unsign)")
"""In the name of a function that opens what this program has sealed."""
_INCOMING: Final = re.compile(r"(?i)(?:^|[._])(?:request|req|websocket|ws|environ|headers?|cookies?)\b")
"""What comes with a request to this program."""
_HTTP: Final = frozenset({"requests", "httpx", "aiohttp", "urllib", "urllib3", "httplib2"})
_HTTP_METHODS: Final = frozenset({"get", "post", "put", "request", "fetch", "send", "urlopen"})
_SHOWS: Final = re.compile(r"(?i)header|authoriz|credential|cookie|bearer|oauth2|scheme")
"""In the name of what a request says by who it is from."""
_RECORDS: Final = frozenset(
    {"audit", "log", "logger", "logging", "metric", "metrics", "record", "telemetry", "tracing", "track", "usage"}
)
"""Words in the name of what takes down who does what."""
_COUNTS: Final = (frozenset({"rate", "limit"}), frozenset({"rate", "limiter"}), frozenset({"ratelimit"}))
_WATCHES: Final = frozenset({"middleware", "logger", "tracker", "recorder", "collector", "reporter"})
_TELLS_WHEN: Final = re.compile(
    r"(?i)(?:^|[._])(?:is|has|get|token|jwt|check|read|parse)\w*(?:expir\w*|_ttl|_lifetime)$"
)
"""The name of a function that tells how long a token is good for."""
_ORIGIN: Final = frozenset({"issuer", "kind", "owner", "provider", "purpose", "source", "type"})
"""Words in the names of claims that say what a token is, and not whom it is for."""
_COMMAND_LINES: Final = frozenset({"argparse", "click", "docopt", "fire", "typer"})
"""What reads a command line."""
_SERVERS: Final = frozenset(
    {
        *("bottle", "channels", "connexion", "django", "falcon", "fastapi", "flask", "grpc", "litestar", "pyramid"),
        *("quart", "rest_framework", "sanic", "socketio", "starlette", "tornado", "uvicorn"),
    }
)
"""What serves requests."""
_LOGS: Final = frozenset({"debug", "info", "warning", "warn", "error", "exception", "critical", "log", "print"})
_MOST_SOURCES: Final = 4


def is_harmless(read: Decoding, place: Place, file: Places, code: Code, terms: AuthTerms) -> bool:
    """Whether an unverified read lets nobody in, as far as its file shows, or the place says what it does itself."""
    if says_it_does_not_verify(place.qualname) or _CHOOSES.search(place.qualname.rpartition(".")[2]):
        return True
    if not _is_used(read, place) or _obeys_flag(read, place) or only_records(place.qualname):
        return True
    if _TELLS_WHEN.search(place.qualname) or _asks_where_from(read, place):
        return True
    if is_from_elsewhere(read, place, code) or _is_of_client(read, place, code):
        return True
    if _is_verified_beside(read, place, code, terms) or _is_behind_check(read, place, code, terms):
        return True
    callers = [(msgspec.structs.replace(read, call=call), caller) for caller, call in file.callers_of(place)]
    if any(_is_verified_beside(inner, caller, code, terms) for inner, caller in callers):
        return True
    says_it_verifies = _VERIFIES.search(place.qualname.rpartition(".")[2]) is not None
    return bool(callers) and not says_it_verifies and all(_is_of_sign_in(inner, caller) for inner, caller in callers)


def _asks_where_from(read: Decoding, place: Place) -> bool:
    """Whether a function only says yes or no to whether a token is of some kind or from somewhere."""
    function = place.function
    returned = [] if function is None else [each for each in place.statements if isinstance(each, Return)]
    if not returned or not all(isinstance(each.value, Compare | Bool | Not | Const) for each in returned):
        return False
    return all(words(name) & _ORIGIN and not words(name) & IDENTITY for name in uses_of(read.call, place))


def only_records(qualname: str) -> bool:
    """Whether a place takes down who does what, or counts it: `log_request`, `UsageMiddleware`, `rate_limit_key`."""
    around, _, name = qualname.rpartition(".")
    said = words(name)
    if any(said >= each for each in _COUNTS) or (said & _RECORDS and not said & {"in", "out", "on", "get"}):
        return True
    around_it = words(around)
    return bool(around_it & _RECORDS and around_it & _WATCHES)


def _obeys_flag(read: Decoding, place: Place) -> bool:
    """Whether the flag that itsdangerous gives besides is looked at: `valid, payload = codec.loads_unsafe(value)`."""
    if not read.callee.endswith(".loads_unsafe"):
        return False
    for statement in place.statements:
        match statement:
            case Assign((Several((Ref(flag), *_)),), value) if value is read.call:
                used = (part for each in place.statements for expr in expressions_of(each) for part in _parts(expr))
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


def is_from_elsewhere(read: Decoding, place: Place, code: Code) -> bool:
    """Whether a token was made here, or is the answer of a server that was asked for it."""
    sources = [*_sources(read.token, place)]
    names = [name for source in sources for name in names_inside(source)]
    calls = [part for source in sources for part in _parts(source) if isinstance(part, Call)]
    if any(_OPENS.search(last_name(call.func)) for call in calls):
        return True
    if any(_INCOMING.search(name) for name in names):
        return False
    if _is_of_sign_in(read, place) or read.callee == "json.loads":
        return True  # by hand: clients look into their own tokens like that, and nothing shows that this one came in
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


def _is_of_client(read: Decoding, place: Place, code: Code) -> bool:
    """Whether it is the program's own token, by which it is known elsewhere: a command line's, or an attribute."""
    sources = [*_sources(read.token, place)]
    if any(_INCOMING.search(name) for source in sources for name in names_inside(source)):
        return False
    return _is_command_line(place.where.file, code) or _is_own_attribute(read.token, place)


def _is_command_line(file: SourceFile, code: Code) -> bool:
    """Whether a file reads a command line, and serves nothing."""
    facts = file.facts
    if not isinstance(facts, FileFacts):
        return False
    modules = {fact.module for fact in facts.imports if fact.level == 0}
    modules |= {f"{fact.module}.{fact.name}" for fact in facts.imports if fact.level == 0 and fact.name}
    tops = {module.partition(".")[0] for module in modules}
    if not tops & _COMMAND_LINES or tops & _SERVERS or "aiohttp.web" in modules:
        return False
    return code.outline(file).words.isdisjoint({"serve", "HTTPException"})


def _is_own_attribute(token: Expr | None, place: Place) -> bool:
    """Whether it is an attribute of an object that nobody sets from a request."""
    if not isinstance(token, Ref) or not token.name.startswith("self.") or place.where.around is None:
        return False
    for method in place.where.around.body:
        for statement in method.statements if isinstance(method, Def) else ():
            if not isinstance(statement, Assign) or statement.value is None:
                continue
            is_set = any(isinstance(target, Ref) and target.name == token.name for target in statement.targets)
            if is_set and any(_INCOMING.search(name) for name in names_inside(statement.value)):
                return False
    return token.name.count(".") == 1


# Whether it is verified too


def _is_behind_check(read: Decoding, place: Place, code: Code, terms: AuthTerms) -> bool:
    """Whether the token is that of a request which a dependency or a decorator has validated by then."""
    function = place.function
    if function is None or not _is_of_request(read.token, place):
        return False
    outside = Where(place.where.file, place.where.functions[:-1], place.where.around)
    for param in function.params:
        for source in (param.default, param.annotation):
            for part in () if source is None else _parts(source):
                if dependency_pattern(part, outside, code, terms) is not None or _names_check(part):
                    return True
    return any(_requires_check(each, outside, code, terms) for each in function.decorators)


def _is_of_request(token: Expr | None, place: Place) -> bool:
    """Whether a token is the one by which a request says who it is from: any other is nobody's to have validated."""
    names = set() if token is None else set(names_inside(token))
    for _ in range(_MOST_SOURCES):
        heads = {name.partition(".")[0].partition("[")[0] for name in names}
        names |= {name for source in _bound_to(heads, place) for name in names_inside(source)}
    return any(_SHOWS.search(name) for name in names)


def _bound_to(names: set[str], place: Place) -> Iterator[Expr]:
    """What names get their values from in a function: also those that are taken apart, and the parameters."""
    for param in () if place.function is None else place.function.params:
        if param.name in names and param.default is not None:
            yield param.default
    for statement in place.statements:
        if isinstance(statement, Assign) and statement.value is not None:
            targets = (part for target in statement.targets for part in _parts(target))
            if any(isinstance(part, Ref) and part.name in names for part in targets):
                yield statement.value


def _names_check(expr: Expr) -> bool:
    """Whether it is a dependency on what is called as if it told who is asking: `Depends(get_current_user)`."""
    if not isinstance(expr, Call) or last_name(expr.func) not in {"Depends", "Security"} or not expr.args:
        return False
    said = words(last_name(expr.args[0]))
    return said >= {"current", "user"} and not said & {"optional", "maybe", "anonymous", "or", "none"}


def _requires_check(decorator: Expr, where: Where, code: Code, terms: AuthTerms) -> bool:
    func, keywords = (decorator.func, decorator.keywords) if isinstance(decorator, Call) else (decorator, ())
    is_optional = any(key == "optional" and isinstance(value, Const) and value.value for key, value in keywords)
    return not is_optional and terms.pattern_at(func, where, code) is not None


def _is_verified_beside(read: Decoding, place: Place, code: Code, terms: AuthTerms) -> bool:
    """Whether the same function checks the same token, before or after."""
    names = {name for source in _sources(read.token, place, 3) for name in names_inside(source)} - {"self", "cls"}
    if read.callee.endswith(".extract_compact"):  # of joserfc: what it gives is checked by `validate_compact`
        names |= set(results_of(read.call, place.body))
    here = path_to(place.body, read.call.line)
    for call in place.calls:
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
        for each in place.statements
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


def results_of(call: Call, body: tuple[Stmt, ...]) -> Iterator[str]:
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
    return bool(uses & IDENTITY if read.is_part else uses - _ROUTING)


def uses_of(call: Call, place: Place) -> set[str]:
    """The claims that are taken out of what a call reads; `*` where the whole of it goes anywhere."""
    names = frozenset(results_of(call, place.body))
    uses = {"*"} if any("." in name for name in names) else set()
    for statement in place.statements:
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
            yield _claim_called(key) or "*"
        case Call(func, (key, *_)) if _gets(func, names, call) and (claim := _claim_called(key)) is not None:
            yield claim
        case Compare(left, ("in" | "not in",), (right,)) if _is_claims(right, names, call):
            yield from _uses(left, names, call)
        case Compare(_, ("==" | "!=",), (Ref(other),)) if "claim" in other:  # of the token that has been verified
            return
        case Call() if expr is call:
            yield "*"
        case _:
            for part in parts_of(expr):
                yield from _uses(part, names, call)


def _claim_called(key: Expr) -> str | None:
    """The name of a claim, or of the constant that holds that."""
    match key:
        case Const(str(name)):
            return name
        case Ref(name) if name.rpartition(".")[2].isupper():
            return name.rpartition(".")[2]
        case _:
            return None


def _only_asks_whether(expr: Expr, names: frozenset[str], call: Call) -> bool:
    """Whether an expression asks for no more than whether there are claims, or writes them to a log."""
    match expr:
        case Not(value) | Compare(value, ("is" | "is not",), (Const(None),)) | Call(Ref("isinstance"), (value, _)):
            return _is_claims(value, names, call)
        case Other("NamedExpr", (Ref(), value)):  # what has that name is looked at by itself
            return value is call
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
