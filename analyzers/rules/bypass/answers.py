"""What a function that validates answers with: whether that lets in, refuses, or leaves open which."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final, Literal

import msgspec

from analyzers.code import Code, Where
from analyzers.outline import (
    Assign,
    Attr,
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
    Item,
    Jump,
    Raise,
    Ref,
    Return,
    Several,
    Stmt,
    With,
    blocks_of,
    expressions_in,
    parts_of,
    statements_in,
)
from analyzers.rules.bypass.words import STAND_IN, USER, first_name, last_name, told, words

Effect = Literal["in", "out", "open"]

_NOBODY: Final = frozenset({"anonymous", "unauthenticated", "anon"})
_LOOKUPS: Final = frozenset({"first", "get", "get_or_create", "one", "aget"})
_IDENTIFYING: Final = frozenset(
    {
        "sub",
        "user",
        "user_id",
        "userid",
        "uid",
        "username",
        "user_name",
        "email",
        "role",
        "roles",
        "is_admin",
        "is_staff",
    }
)
_REFUSING_KEYS: Final = frozenset({"error", "errors", "detail", "message", "reason"})
_POSITIVE: Final = frozenset({"valid", "authenticated", "authorized", "allowed", "verified", "active"})
"""Words for the state of somebody who is let in."""
_NEGATIONS: Final = frozenset({"not", "in", "un", "invalid", "unauthorized", "unverified", "no"})
_PASSING: Final = frozenset({"call_next", "get_response", "handler", "app", "next", "inner"})
"""Names by which a middleware knows what comes after it."""
_REFUSALS: Final = frozenset({"handle_no_permission", "permission_denied"})
_ABORTS: Final = frozenset({"abort", "flask.abort", "sys.exit", "exit"})
"""By these names alone: `transaction.abort()` is something else."""
_REFUSING_STATUS: Final = frozenset({401, 403, 407, 4001, 4003, 4401, 4403, 1008})


class Answer(msgspec.Struct, frozen=True):
    """What comes of a way through a function; `what` tells it."""

    effect: Effect
    what: str = ""


OPEN: Final = Answer("open")
OUT: Final = Answer("out")


class Answers:
    """The answers of one function."""

    def __init__(self, function: Def, where: Where, code: Code) -> None:
        self.function = function
        self.inside = where.inside(function)
        self.code = code
        self.wrapped = frozenset(param.name for outer in where.functions for param in outer.params)
        """What a function inside another one may have been given to wrap."""
        self._none: Effect | None = None

    @cached_property
    def returned(self) -> tuple[Return, ...]:
        """Every `return` of the function itself."""
        return tuple(each for each in self.function.statements if isinstance(each, Return))

    def outcome(
        self,
        statements: tuple[Stmt, ...],
        known: Mapping[str, Expr] | None = None,
        besides: tuple[int, int] = (0, 0),
    ) -> Answer:
        """What comes of running these statements up to the end of the function.

        `known` are the values of some names. What names are bound to on the lines `besides` does not count.
        """
        names = dict(known or {})
        for number, statement in enumerate(statements):
            if isinstance(statement, Return):
                return self.judge(statement.value, names, besides)
            if isinstance(statement, With):
                return self.outcome((*statement.body, *statements[number + 1 :]), names, besides)
            if (answer := self._after(statement, names)) is not None:
                return answer
        return OPEN if self.of_nothing == "out" and self._gives_nothing else self.judge(None)

    def _after(self, statement: Stmt, names: dict[str, Expr]) -> Answer | None:
        """What a statement decides; None where what comes after it does."""
        match statement:
            case Raise():
                return OUT
            case Do(Call() as call):
                return self._done(call)
            case Assign(targets, value, _, ""):
                if isinstance(value, Call | Const | Dict | Ref):
                    names.update((target.name, value) for target in targets if isinstance(target, Ref))
                return self.assigned(statement)
        return OPEN if _may_leave(statement) else None

    def _done(self, call: Call) -> Answer | None:
        if is_refusal(call):
            return OUT
        return Answer("in", "passes on") if self.passes_on(call) else None

    @property
    def _gives_nothing(self) -> bool:
        return all(each.value is None for each in self.returned)

    def assigned(self, statement: Assign) -> Answer | None:
        """Whether an assignment says that somebody is let in: `request.user = DEFAULT_USER`, `valid = True`."""
        value = statement.value
        for target in statement.targets:
            said = words(last_name(target))
            if isinstance(value, Const) and value.value is True and said & _POSITIVE and not said & _NEGATIONS:
                return Answer("in", f"sets `{told(target)}` to True")
            if value is not None and said & USER and (name := self.stand_in(value)) is not None:
                return Answer("in", f"answers with {name}")
        return None

    def judge(
        self, value: Expr | None, known: Mapping[str, Expr] | None = None, besides: tuple[int, int] = (0, 0)
    ) -> Answer:
        """What returning a value says."""
        if isinstance(value, Ref) and known and value.name in known:
            return self.judge(known[value.name])
        if value is None or isinstance(value, Const):
            return self._constant(value)
        if (name := self.stand_in(value)) is not None:
            return Answer("in", f"answers with {name}")
        match value:
            case Dict(items):
                return OPEN if items and not _denies(value) else OUT
            case Several(items):
                return self._several(items)
            case Call():
                return self._call(value)
            case Ref(name) if "." not in name:
                return self._name(name, besides)
        return OPEN

    def _constant(self, value: Const | None) -> Answer:
        said = None if value is None else value.value
        if said is None:
            return Answer(self.of_nothing, "lets in")
        if said is True:
            return Answer("in", "returns True")
        return OUT if not said or said in _REFUSING_STATUS else OPEN

    def _several(self, items: tuple[Expr, ...]) -> Answer:
        if not items or any(is_refusal(each) for each in items):
            return OUT
        first = items[0]
        if isinstance(first, Const):
            return Answer("in", "returns True") if first.value is True else OUT if not first.value else OPEN
        return self.judge(first) if isinstance(first, Dict) else OPEN

    def _call(self, call: Call) -> Answer:
        if is_refusal(call):
            return OUT
        return Answer("in", "passes on") if self.passes_on(call) else OPEN

    def _name(self, name: str, besides: tuple[int, int]) -> Answer:
        bound = [
            each.value if isinstance(each, Assign) else None
            for each in self.code.locals_of(self.function).get(name, ())
            if not (isinstance(each, Assign) and besides[0] <= each.line < besides[1])
        ]
        if len(bound) != 1 or bound[0] is None or isinstance(bound[0], Ref):
            return OPEN
        return self.judge(bound[0])

    def passes_on(self, call: Call) -> bool:
        """Whether a call hands on to what the function guards: the wrapped function, the rest of the application."""
        func = call.func
        if isinstance(func, Ref) and func.target is None and "." not in func.name:
            is_given = func.name in self.wrapped or (
                func.name in _PASSING and any(param.name == func.name for param in self.function.params)
            )
            return is_given and bool(call.args)
        if isinstance(func, Attr):
            return first_name(func) == "super" and func.name in {"dispatch", "__call__"}
        return isinstance(func, Ref) and func.name in {"self.app", "self.get_response", "self.inner", "self._app"}

    @property
    def of_nothing(self) -> Effect:
        """What it means to return nothing.

        It lets in where no way through the function gives anything but refusals, and some do refuse.
        """
        if self._none is None:
            self._none = "out"  # meanwhile
            self._none = self._of_nothing()
        return self._none

    def _of_nothing(self) -> Effect:
        valued = [each.value for each in self.returned if each.value is not None]
        refuses = False
        for value in valued:
            if isinstance(value, Const) and value.value is None:
                continue
            if not is_refusal(value):
                return "out"
            refuses = True
        everything = tuple(self.function.statements)
        refuses = refuses or any(
            isinstance(each, Raise) or (isinstance(each, Do) and is_refusal(each.value)) for each in everything
        )
        return "in" if refuses and not any(_yields(each) for each in everything) else "out"

    # People

    def stand_in(self, value: Expr, steps: int = 3) -> str | None:
        """How somebody is called who is nobody's in particular: a default user, made-up claims, the first user."""
        if steps <= 0:
            return None
        match value:
            case Bool("or", values):
                return self.stand_in(values[-1], steps - 1)
            case Choice(_, body, orelse):
                return self.stand_in(body, steps - 1) or self.stand_in(orelse, steps - 1)
            case Several((first, *_)):
                return self.stand_in(first, steps - 1)
            case Ref():
                return self._named_stand_in(value, steps)
            case Call():
                return self._called_stand_in(value)
        return _written_stand_in(value)

    def _named_stand_in(self, ref: Ref, steps: int) -> str | None:
        if words(ref.name) & _NOBODY or ref.name.partition(".")[0] in {"self", "cls"}:
            return None
        bound, where = self.code.value(ref, self.inside)
        if bound is not ref and isinstance(bound, Const):
            return f"`{ref.name}`" if bound.value and _says_stand_in(last_name(ref)) else None
        if bound is not ref:
            found = Answers(self.function, where, self.code).stand_in(bound, steps - 1) if _is_plain(bound) else None
            return None if found is None else f"`{ref.name}`"
        return f"`{ref.name}`" if ref.target is not None and _says_stand_in(last_name(ref)) else None

    def _called_stand_in(self, call: Call) -> str | None:
        name = last_name(call)
        if words(name) & _NOBODY or _denies(call):
            return None
        if _says_stand_in(name):
            return f"`{told(call.func)}()`"
        given = (*call.args, *(value for key, value in call.keywords if key != "db"))
        if name[:1].isupper():
            is_somebody = words(name) & USER or _IDENTIFYING.intersection(key or "" for key, _ in call.keywords)
            return f"a made-up `{name}`" if is_somebody and _says_somebody(given) else None
        return _looked_up(call)


def _written_stand_in(value: Expr) -> str | None:
    if isinstance(value, Dict):
        return "claims of its own making" if _claims(value) else None
    if (
        isinstance(value, Item)
        and isinstance(value.key, Const)
        and words(last_name(value.value)) & {"users", "accounts"}
    ):
        return f"`{told(value)}`"
    return None


def _says_stand_in(name: str) -> bool:
    said = words(name)
    return bool(said & {"user", "principal", "identity", "claims", "person", "session"} and said & STAND_IN)


def _is_plain(value: Expr) -> bool:
    return isinstance(value, Call | Dict)


def _says_somebody(given: tuple[Expr, ...]) -> bool:
    """Whether arguments name somebody, and all that they say is written there."""
    is_said = any(isinstance(each, Const) and each.value and each.value is not True for each in given)
    return is_said and all(_is_literal(each) for each in given)


def _is_literal(value: Expr) -> bool:
    if isinstance(value, Ref):
        return last_name(value).isupper()  # a constant, a member of an enumeration
    if isinstance(value, Several | Dict):
        return all(_is_literal(each) for each in parts_of(value))
    return isinstance(value, Const)


def _claims(value: Dict) -> bool:
    """Whether a dict names somebody, and nothing in it comes from anywhere."""
    keys = {key.value for key, _ in value.items if isinstance(key, Const)}
    values = tuple(each for _, each in value.items)
    if not keys & _IDENTIFYING or keys & _REFUSING_KEYS or _denies(value):
        return False
    if any(isinstance(each, Const) and isinstance(each.value, str) and words(each.value) & _NOBODY for each in values):
        return False
    return any(isinstance(each, Const) and each.value for each in values) and all(_is_literal(each) for each in values)


def _denies(value: Call | Dict) -> bool:
    """Whether somebody is said to be nobody: `is_authenticated=False`, `{"valid": False}`."""
    pairs = (
        value.keywords
        if isinstance(value, Call)
        else tuple((key.value, each) for key, each in value.items if isinstance(key, Const))
    )
    for key, each in pairs:
        if isinstance(key, str) and isinstance(each, Const):
            said = words(key)
            if each.value is False and said & (_POSITIVE | {"success", "ok"}):
                return True
            if each.value is True and said & _NOBODY:
                return True
            if key in _REFUSING_KEYS:
                return True
    return False


def _looked_up(call: Call) -> str | None:
    """`User.objects.first()`, `db.query(User).first()`, `get_user("admin")`: the same user whoever asks."""
    links: list[Call] = []
    inner: Expr = call
    said: set[str] = set()
    while not isinstance(inner, Ref):
        match inner:
            case Call(func):
                links.append(inner)
                inner = func
            case Attr(value, name):
                said.add(name)
                inner = value
            case _:
                return None
    given = [each for link in links for each in (*link.args, *(value for _, value in link.keywords))]
    if not all(_asks_for_nobody(each) for each in given):
        return None
    names = [inner.name, *said, *(each.name for each in given if isinstance(each, Ref))]
    is_user = any(words(name) & {"user", "users", "account", "accounts"} for name in names)
    last = last_name(call)
    if is_user and last == "first" and len(links) >= 1:
        return f"`{told(call)}`"
    if is_user and any(isinstance(each, Const) and each.value for each in given):
        is_query = bool({*said, *inner.name.split(".")} & {"objects", "query", "users"}) or bool(call.keywords)
        is_lookup = (last in _LOOKUPS and is_query) or words(last) >= {"get", "user"}
        return f"`{told(call)}`" if is_lookup else None
    return None


def _asks_for_nobody(given: Expr) -> bool:
    if isinstance(given, Compare):
        return all(isinstance(each, Const) for each in given.rights)
    is_model = isinstance(given, Ref) and last_name(given)[:1].isupper()
    is_door = isinstance(given, Ref) and given.name in {"db", "session", "conn"}
    return isinstance(given, Const) or is_model or is_door


# Refusals


def is_refusal(value: Expr) -> bool:
    """Whether an answer or a call refuses: a response with such a status, `abort(...)`, a redirect to the login."""
    if isinstance(value, Const):
        return isinstance(value.value, int) and value.value in _REFUSING_STATUS
    if isinstance(value, Several):
        return any(is_refusal(each) for each in value.items)
    if isinstance(value, Ref):
        return bool(words(last_name(value)) & {"401", "403", "unauthorized", "forbidden"})
    if not isinstance(value, Call):
        return False
    name = last_name(value)
    if isinstance(value.func, Ref) and value.func.name in _ABORTS:
        return True
    if name in _REFUSALS or words(name) & {"unauthorized", "forbidden", "denied", "redirect", "deny", "reject"}:
        return True
    given = (*value.args, *(each for _, each in value.keywords))
    return any(is_refusal(each) for each in given) or name == "send_error" or _closes(value)


def _closes(call: Call) -> bool:
    """Whether a call closes a WebSocket; files and databases are closed too."""
    if last_name(call) != "close":
        return False
    return call.keyword("code") is not None or first_name(call) in {"websocket", "ws", "socket", "connection"}


def _may_leave(statement: Stmt) -> bool:
    """Whether control may leave the function, or the way ahead, within a statement."""
    if isinstance(statement, Jump):
        return statement.kind != "pass"
    return any(
        isinstance(each, Return | Raise | Jump) and not (isinstance(each, Jump) and each.kind == "pass")
        for block in blocks_of(statement)
        for each in statements_in(block)
    )


def _yields(statement: Stmt) -> bool:
    match statement:
        case Do(value) | Assign(_, value) if value is not None:
            return any(getattr(each, "kind", "") in {"Yield", "YieldFrom"} for each in expressions_in(value))
    return False


# Ways through a function


class Point(msgspec.Struct, frozen=True):
    """A statement, what runs after it to the end of the function, and the statements around it."""

    statement: Stmt
    after: tuple[Stmt, ...]
    around: tuple[Stmt, ...]


def points_in(function: Def) -> Iterator[Point]:
    """Every statement of a function, in the order of the source."""
    yield from _points(function.body, (), ())


def _points(body: tuple[Stmt, ...], rest: tuple[Stmt, ...], around: tuple[Stmt, ...]) -> Iterator[Point]:
    for number, statement in enumerate(body):
        after = (*body[number + 1 :], *rest)
        yield Point(statement, after, around)
        if not isinstance(statement, Def | Class):
            inner = _rest_inside(statement, after)
            for block in blocks_of(statement):
                yield from _points(block, inner, (*around, statement))


def _rest_inside(statement: Stmt, after: tuple[Stmt, ...]) -> tuple[Stmt, ...]:
    return (Jump("continue", statement.line),) if type(statement).__name__ == "Loop" else after
