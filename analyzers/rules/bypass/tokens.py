"""auth.bypass rules about tokens: what is read of them unchecked, or checked by less than it takes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from analyzers.code import INSTANCE, Code, Where
from analyzers.facts import FileFacts
from analyzers.findings import Finding, RuleName, Severity
from analyzers.outline import Assign, Attr, Call, Compare, Const, Def, Dict, Expr, Item, Ref
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.arguments import Given, arguments_of
from analyzers.rules.bypass.decoding import (
    HEADER_READERS,
    Decoding,
    decoding_of,
    header_algorithm,
    is_none_algorithm,
    members_of,
    names_of_readers,
    names_of_switches,
    read_by_hand,
)
from analyzers.rules.bypass.peeks import IDENTITY, is_from_elsewhere, is_harmless, only_records, results_of, uses_of
from analyzers.rules.bypass.places import (
    Place,
    Places,
    called,
    expressions_at,
    last_name,
    places_in,
    receiver,
)
from analyzers.rules.bypass.secrets import CALLS as SIGNING_CALLS
from analyzers.rules.bypass.secrets import SAYS_SECRET, SETTINGS, Secrets
from analyzers.rules.bypass.tls import CALLS as HTTP_CALLS
from analyzers.rules.bypass.tls import SWITCHES, unchecked_calls
from analyzers.snapshot import SourceFile

_LIBRARIES: Final = frozenset(
    {
        *("jwt", "jose", "authlib", "joserfc", "itsdangerous", "google", "flask_jwt_extended", "fastapi_users"),
        *("rest_framework_simplejwt", "django", "flask", "quart", "starlette", "fastapi", "tornado", "fastapi_login"),
        *("aiohttp_session", "pyramid", "sanic_jwt", "python_jwt"),
        *("requests", "httpx", "aiohttp", "urllib", "urllib3"),
    }
)
"""What a file imports that these rules have something to say about."""
_HINTS: Final = re.compile(r"(?i)jwt|token|claim|verif|auth|secur|crypt|sign|session")
"""In what a file imports from its own repository, where it may use such a library through that."""

_BY_HAND: Final = re.compile(r"base64|jwt|jose")
"""What a file imports that takes tokens apart itself."""
_RENAMED: Final = re.compile(r"functools|jwt|jose|joserfc")
"""What a file imports whose functions it may give names to."""
_ENCODERS: Final[dict[str, tuple[str, int]]] = {
    **{f"{home}.encode": ("algorithm", 2) for home in ("jwt", "jwt.api_jwt", "jwt.PyJWT", "jwt.api_jwt.PyJWT")},
    **{f"{home}.encode": ("algorithm", 2) for home in ("jwt.api_jws", "jwt.PyJWS", "jwt.JWT")},
    "jose.jwt.encode": ("algorithm", 2),
    "jose.jws.sign": ("algorithm", 3),
    "authlib.jose.jwt.encode": ("header", 0),
    "authlib.jose.JsonWebToken.encode": ("header", 0),
    "joserfc.jwt.encode": ("header", 0),
}
"""What makes tokens, and its argument that says by which algorithm."""
_DECODERS: Final = frozenset({"authlib.jose.JsonWebToken", "authlib.jose.JsonWebSignature"})
"""What is made with the algorithms that it accepts."""
_NAMES: Final = frozenset({"encode", "sign", "JsonWebToken", "JsonWebSignature"})

_SAYS_SWITCH: Final = re.compile(r"(?i)verify_?(?:ssl|tls|cert)|(?:ssl|tls|cert)_?verify")
"""In the name of a constant that says whether servers are checked."""
_OF_OLD_TOKENS: Final = re.compile(
    r"(?i)refresh|revo[kc]|log_?out|sign_?out|expir|introspect|renew|black_?list|deny_?list|block_?list"
)
"""In the name of a function that has a right to take tokens which have expired."""

_CLAIMS: Final[tuple[tuple[str, RuleName, frozenset[str], str, str], ...]] = (
    ("verify_exp", "auth.bypass.expiry-not-checked", frozenset({"exp"}), "expir", "accepts tokens that have expired"),
    (
        "verify_aud",
        "auth.bypass.audience-not-checked",
        frozenset({"aud", "azp", "client_id", "appid"}),
        "aud",
        "does not check for whom the token is meant",
    ),
    ("verify_iss", "auth.bypass.issuer-not-checked", frozenset({"iss"}), "iss", "does not check who issued the token"),
)
"""An option, the rule about it, the claims that tell the same, how functions that check them are called, and why."""


def token_bypasses(file: SourceFile, code: Code, terms: AuthTerms) -> Iterator[Finding]:
    """Every finding about tokens, secrets and the way to auth services in a file."""
    if not _may_matter(file):
        return
    rules = _Rules(file, code, terms)
    for place in rules.places:
        if rules.may_matter(place):
            yield from rules.of_place(place)


def _may_matter(file: SourceFile) -> bool:
    """Whether a file imports or binds anything that these rules look at. Quick: most files end here."""
    facts = file.facts
    if not isinstance(facts, FileFacts):
        return False
    for fact in facts.imports:
        if fact.level == 0 and fact.module.partition(".")[0] in _LIBRARIES:
            return True
        if _HINTS.search(fact.module) or (fact.name is not None and _HINTS.search(fact.name)):
            return True
    return any(binding.name in SETTINGS or binding.name.endswith(("Config", "Settings")) for binding in facts.bindings)


class _Rules:
    """The rules, on one file."""

    def __init__(self, file: SourceFile, code: Code, terms: AuthTerms) -> None:
        self._file = file
        self._code = code
        self._terms = terms
        self._is_test = file.scope == "tests"
        self._secrets = Secrets(file, code)
        self.places = Places(places_in(file, code))
        self._by_hand = _imports(file, _BY_HAND)
        self._aliases = _aliases(self.places) if _imports(file, _RENAMED) else frozenset()
        names = code.outline(file).words
        self._telling_calls = self._calls_that_tell(names)
        self._telling_names = frozenset(names_of_switches(names))
        if not self._is_test:
            self._telling_names |= frozenset(filter(SAYS_SECRET.search, names))

    def _calls_that_tell(self, names: frozenset[str]) -> frozenset[str]:
        """Those names in a file of which one is called wherever something is wrong with a token."""
        telling = {*names_of_readers(names), *self._aliases}
        if not self._is_test:
            telling |= names & (_NAMES | SIGNING_CALLS)
            if not names.isdisjoint(SWITCHES) or any(_SAYS_SWITCH.search(name) for name in names):
                telling |= names & HTTP_CALLS
        return frozenset(telling)

    def may_matter(self, place: Place) -> bool:
        """Whether the names in a body are such that something may be wrong there."""
        function = place.function
        if function is None or not self._telling_calls.isdisjoint(function.calls):
            return True
        return not self._telling_names.isdisjoint(function.words)

    def of_place(self, place: Place) -> Iterator[Finding]:
        """What is wrong in one body."""
        for call in place.calls:
            read = decoding_of(call, place.where, self._code, self._aliases)
            if read is None and self._by_hand:
                read = read_by_hand(call, place.where)
            if read is not None:
                yield from self._of_decoding(read, place)
            if not self._is_test:
                yield from self._of_production(call, read, place)
        if not self._is_test:
            for statement in place.statements:
                yield from self._secrets.of_statement(statement, place)

    def _of_production(self, call: Call, read: Decoding | None, place: Place) -> Iterator[Finding]:
        """What is no matter in tests: tokens that they make themselves, their secrets, and servers of their own."""
        name = called(call.func)
        if read is not None:
            yield from self._secrets.of_decoding(read, place)
        elif name in _NAMES:
            yield from self._of_encoding(call, place)
        if name in SIGNING_CALLS:
            yield from self._secrets.of_call(call, place)
        if name in HTTP_CALLS:
            yield from unchecked_calls(call, place, self._code, self._file)

    def _of_decoding(self, read: Decoding, place: Place) -> Iterator[Finding]:
        if read.verifies is False:
            if not is_harmless(read, place, self.places, self._code, self._terms):
                what = f"`{read.callee}` reads the token without checking its signature"
                yield self._finding(
                    "auth.bypass.unverified-signature", read.call, read.callee, "signature", what, place
                )
            return
        accepted = read.algorithms
        listed = [] if accepted is None else [*members_of(accepted, self._code)]
        if any(is_none_algorithm(each) for each in listed):
            what = f"`{read.callee}` accepts tokens that nothing signs: `none` is among its algorithms"
            yield self._finding("auth.bypass.none-algorithm", read.call, read.callee, "none", what, place)
        if read.verifies is True:
            yield from self._of_algorithms(read, listed, place)
            yield from self._of_claims(read, place)

    # Algorithms

    def _of_algorithms(self, read: Decoding, listed: list[Given], place: Place) -> Iterator[Finding]:
        if self._is_test:
            return  # what a test accepts, nobody else sends
        if read.lacks_algorithms:
            if not read.reader.pins or _holds_algorithm(read.key):
                return
            what = f"`{read.callee}` is not told which algorithms to accept"
        elif any(self._is_from_header(each, place) for each in listed):
            what = f"`{read.callee}` takes the algorithm that the token itself names"
        else:
            return
        yield self._finding("auth.bypass.algorithm-not-pinned", read.call, read.callee, "algorithms", what, place)

    def _is_from_header(self, value: Given, place: Place) -> bool:
        """Whether an algorithm is what the token's own header says, and nobody looks at it before."""
        expr, where = value.expr, value.where
        match expr:
            case Item(header, Const("alg")):
                source: Expr | None = header
            case Call(func, (Const("alg"), *_)) if last_name(func) == "get":
                source = receiver(func)
            case _:
                return False
        if source is None:
            return False
        made, there = self._code.value(source, where)
        if isinstance(made, Item) and isinstance(made.key, Const) and made.key.value == "header":
            made, there = self._code.value(made.value, there)
        if not isinstance(made, Call):
            return False
        callee = self._code.callee(made, there) or ""
        is_header = callee in HEADER_READERS or callee.endswith(".decode_complete")
        return is_header and not _compares_algorithm(place)

    def _of_encoding(self, call: Call, place: Place) -> Iterator[Finding]:
        """A token that is made, or a decoder, with the algorithm `none`."""
        callee = (self._code.callee(call, place.where) or "").removesuffix(INSTANCE)
        if self._code.resolver.is_first_party(callee):
            return
        if callee in _DECODERS:
            accepted = arguments_of(call, place.where, self._code).get("algorithms", 0)
            listed = [] if accepted is None else [*members_of(accepted, self._code)]
            if any(is_none_algorithm(each) for each in listed):
                what = f"`{callee}` accepts tokens that nothing signs: `none` is among its algorithms"
                yield self._finding("auth.bypass.none-algorithm", call, callee, "none", what, place)
        elif callee in _ENCODERS and self._signs_nothing(call, callee, place.where):
            what = f"`{callee}` makes a token that nothing signs"
            yield self._finding("auth.bypass.none-algorithm", call, callee, "none", what, place)

    def _signs_nothing(self, call: Call, callee: str, where: Where) -> bool:
        name, position = _ENCODERS[callee]
        value = arguments_of(call, where, self._code).get(name, position)
        if value is not None and name == "header":
            value = header_algorithm(value, self._code)
        if value is None or self._names_nobody(call, callee, where):
            return False
        return is_none_algorithm(value) or (value.is_none and callee.startswith("jwt."))

    def _names_nobody(self, call: Call, callee: str, where: Where) -> bool:
        """Whether a token says nothing of who somebody is or what he may do: some protocol asks for it."""
        name, position = ("payload", 0) if callee.startswith(("jwt.", "jose.jws")) else ("claims", 0)
        if _ENCODERS[callee][0] == "header":
            name, position = ("payload" if callee.startswith("authlib") else "claims"), 1
        claims = arguments_of(call, where, self._code).get(name, position)
        if claims is None or not isinstance(claims.expr, Dict):
            return False
        keys = [key.value if isinstance(key, Const) else None for key, _ in claims.expr.items]
        return bool(keys) and all(isinstance(key, str) and key not in IDENTITY for key in keys)

    # Claims

    def _of_claims(self, read: Decoding, place: Place) -> Iterator[Finding]:
        if not any(_is_unchecked(read, option) for option, *_ in _CLAIMS) or not uses_of(read.call, place):
            return
        if only_records(place.qualname) or is_from_elsewhere(read, place, self._code):
            return
        around = [place, *(caller for caller, _ in self.places.callers_of(place))]
        around += self._given_claims(read.call, place)
        for caller, call in self.places.callers_of(place):
            around += self._given_claims(call, caller)
        for option, rule, claims, checks, why in _CLAIMS:
            if not _is_unchecked(read, option):
                continue
            if option == "verify_exp" and (_OF_OLD_TOKENS.search(place.qualname) or self._asks_for_expiry(read)):
                continue
            if not any(_looks_at(each, claims, checks, read.call) for each in around):
                what = f"`{read.callee}` {why}"
                yield self._finding(rule, read.call, read.callee, option, what, place, "medium")

    def _given_claims(self, read: Call, place: Place, steps: int = 2) -> Iterator[Place]:
        """The functions of this tree that are given what a call reads, and those that they call."""
        names = frozenset(results_of(read, place.body))
        for call in place.calls:
            given = (*call.args, *(value for _, value in call.keywords))
            if any(each is read or (isinstance(each, Ref) and each.name in names) for each in given):
                yield from self._called(call, place.where, steps)

    def _called(self, call: Call, where: Where, steps: int) -> Iterator[Place]:
        callee = self._code.callee(call, where) if steps > 0 else None
        found = self._code.find(callee) if callee is not None and self._code.resolver.is_first_party(callee) else None
        if found is None or not isinstance(found.node, Def):
            return
        place = Place(found.where.inside(found.node), found.node.qualname, found.node.body)
        yield place
        for inner in place.calls:
            yield from self._called(inner, place.where, steps - 1)

    def _asks_for_expiry(self, read: Decoding) -> bool:
        """Whether a token has to say when it expires, which nobody asks for who does not look at it."""
        required = read.options.known.get("require")
        return required is not None and any(
            isinstance(each.expr, Const) and each.expr.value == "exp" for each in members_of(required, self._code)
        )

    def _finding(
        self,
        rule: RuleName,
        call: Call,
        symbol: str,
        what: str,
        message: str,
        place: Place,
        severity: Severity = "high",
    ) -> Finding:
        return Finding(
            rule=rule,
            path=self._file.path,
            line=call.line,
            end_line=call.end_line,
            symbol=symbol,
            detail=f"{what} in {place.qualname}",
            message=message,
            severity=severity,
            scope=self._file.scope,
            within=place.qualname,
        )


def _imports(file: SourceFile, modules: re.Pattern[str]) -> bool:
    """Whether a file imports a module of such a name."""
    facts = file.facts
    return isinstance(facts, FileFacts) and any(modules.search(fact.module) for fact in facts.imports)


def _aliases(places: Iterable[Place]) -> frozenset[str]:
    """The names that a file gives to partials and to other functions, without what they are attributes of."""
    names: set[str] = set()
    for place in places:
        for statement in place.statements:
            if isinstance(statement, Assign) and _names_a_function(statement.value):
                names |= {last_name(target) for target in statement.targets}
    return frozenset(names)


def _names_a_function(value: Expr | None) -> bool:
    if isinstance(value, Call):
        return last_name(value.func) in {"partial", "partialmethod"}
    return isinstance(value, Ref) and last_name(value) in {"decode", "decode_complete"}


def _is_unchecked(read: Decoding, option: str) -> bool:
    """Whether a claim is not looked at for sure."""
    value = read.options.known.get(option)
    if value is not None and value.is_false:
        return True
    if option != "verify_exp":
        return False
    expired = read.arguments.get("allow_expired", 2) if read.callee == "flask_jwt_extended.decode_token" else None
    timed = read.arguments.get("do_time_check", 4) if read.callee == "jwt.JWT.decode" else None
    return (expired is not None and expired.is_true) or (timed is not None and timed.is_false)


def _looks_at(place: Place, claims: frozenset[str], checks: str, call: Call) -> bool:
    """Whether a body checks a claim itself: takes it out of the token, or calls something named after it."""
    for expr in expressions_at(place.body):
        match expr:
            case Item(_, Const(str(key))) | Call(Ref() | Attr(), (Const(str(key)), *_)):
                if key in claims:
                    return True
            case Ref(name) if "." in name and last_name(expr) in claims - {"client_id"}:
                return True
            case _:
                pass
        if isinstance(expr, Call) and expr is not call and _says(last_name(expr.func), checks):
            return True
    return False


def _says(name: str, checks: str) -> bool:
    """Whether a function is named after a claim: `check_audience`, `_validate_iss`."""
    return re.search(rf"(?i)(?:^|_){checks}", name) is not None


def _holds_algorithm(key: Given | None) -> bool:
    """Whether a key may be one that comes with its algorithm (`jwt.PyJWK`), since it is not in sight what it is."""
    if key is None:
        return False
    expr: Expr = key.expr
    if isinstance(expr, Call):
        return "jwk" in last_name(expr.func).lower() or last_name(expr.func).startswith("get_signing_key")
    return False


def _compares_algorithm(place: Place) -> bool:
    """Whether a body compares an algorithm to anything before it uses it."""
    return any(
        isinstance(expr, Compare) and any(_is_algorithm(side) for side in (expr.left, *expr.rights))
        for expr in expressions_at(place.body)
    )


def _is_algorithm(expr: Expr) -> bool:
    if isinstance(expr, Ref):
        return "alg" in last_name(expr).lower()
    if isinstance(expr, Item):
        return isinstance(expr.key, Const) and expr.key.value == "alg"
    return (
        isinstance(expr, Call) and bool(expr.args) and isinstance(expr.args[0], Const) and expr.args[0].value == "alg"
    )
