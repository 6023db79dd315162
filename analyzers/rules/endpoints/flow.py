"""The way through the body of one function: which validations nobody gets past, and which some may.

A statement is walked in a `_State`: the patterns that are certain at that point, and those whose result still waits in
a local name to be looked at. Each way out of the function is an exit; what is certain at all exits that let somebody
in is certain of the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal, Protocol

import msgspec

from analyzers.code import Where
from analyzers.outline import (
    Assign,
    Attr,
    Bool,
    Call,
    Check,
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
    Jump,
    Lambda,
    Loop,
    Match,
    Not,
    Other,
    Raise,
    Ref,
    Return,
    Several,
    Stmt,
    Try,
    With,
    expressions_in,
    parts_of,
)
from analyzers.rules.endpoints.model import Reached, Shown
from analyzers.rules.endpoints.sockets import (
    RECEIVING,
    closes,
    hands_on,
    heard_in,
    keeps,
    receives,
    says_why,
    sends,
    works_on,
)
from analyzers.rules.endpoints.words import is_credential, last_name, names_in

Role = Literal["handler", "helper", "hook", "wrapper", "connect"]
"""What a function is: a handler answers; a helper returns nothing where it refuses; a hook returns nothing where it
lets pass; a wrapper lets pass by calling what it wraps; what is run on a connect refuses by saying False.
"""

Certain = Mapping[str, tuple[str, ...]]
"""Patterns, each with the steps to it."""

_OUTCOMES: Final = frozenset(
    {"valid", "ok", "success", "authenticated", "authorized", "is_valid", "active", "allowed", "is_authenticated"}
)


class Called(msgspec.Struct, frozen=True):
    """What a call brings: patterns that are certain once it returns; `soft` if its result has to be looked at."""

    certain: Certain = {}
    perhaps: Certain = {}
    doubt: str = ""
    soft: bool = False


class Passed(msgspec.Struct, frozen=True):
    """What a whole function brings."""

    shown: Shown
    soft: bool = False


class Surroundings(Protocol):
    """What a walk asks about the calls that it meets."""

    def called(self, call: Call, where: Where, depth: int) -> Called:
        """What a call brings."""

    def refusal(self, expr: Expr | None, where: Where) -> bool:
        """Whether what is raised, returned or called refuses somebody because of who he is."""

    def of_user(self, expr: Expr, where: Where) -> str:
        """Why an expression may depend on who somebody is; empty if it does not."""

    @property
    def kind(self) -> str:
        """Whether what is walked through answers a request or a WebSocket."""


class _State:
    """What is certain at one point.

    late: what is checked from here on comes too late. passed: what is wrapped was called. answered: the WebSocket was
    sent something, or handed on. closed: it was closed on somebody. message: the names of what was received.
    """

    def __init__(self, certain: Certain, waiting: Mapping[str, Certain]) -> None:
        self.certain = dict(certain)
        self.waiting = dict(waiting)
        self.late = False
        self.received = 0
        self.passed = False
        self.answered = False
        self.closed = False
        self.message: frozenset[str] = frozenset()

    def copy(self) -> _State:
        return _State(self.certain, self.waiting).after((self,))

    def after(self, states: Sequence[_State]) -> _State:
        """The same patterns, after what has happened on one of several ways."""
        self.late = any(each.late for each in states)
        self.received = max(each.received for each in states)
        self.passed = all(each.passed for each in states)
        self.answered = any(each.answered for each in states)
        self.closed = all(each.closed for each in states)
        self.message = frozenset().union(*(each.message for each in states))
        return self

    def sure_of(self, more: Certain) -> _State:
        """The same point, where some patterns have turned out well."""
        state = self.copy()
        if not state.late:
            state.certain = {**more, **state.certain}
        return state


def _joined(states: Iterable[_State | None]) -> _State | None:
    """The point at which several ways come together; None where none of them goes on."""
    there = [state for state in states if state is not None]
    if not there:
        return None
    certain = {name: chain for name, chain in there[0].certain.items() if all(name in each.certain for each in there)}
    waiting = {name: steps for each in there for name, steps in each.waiting.items()}
    return _State(certain, waiting).after(there)


class Walk:
    """One walk through a function."""

    def __init__(self, around: Surroundings, where: Where, role: Role, depth: int, passing: frozenset[str]) -> None:
        self._around = around
        self._where = where
        self._role = role
        self._depth = depth
        self._passing = passing
        self._exits: list[_State] = []
        self._endless: list[_State] = []  # where it goes round for ever, or raises in the end
        self._breaks: list[list[_State]] = []
        self._continues: list[list[_State]] = []
        self._handling = 0
        self._perhaps: dict[str, tuple[str, ...]] = {}
        self._doubt = ""
        self._soft = False
        self._may_refuse = role in ("handler", "helper")
        self._tests: list[Expr] = []
        self._function = where.functions[-1]
        self._calls: dict[int, Called] = {}  # by identity, for as long as the function lives
        self._gives = role == "helper" and any(
            isinstance(each, Return) and each.value is not None and not _is_falsy(each.value)
            for each in self._function.statements
        )

    def run(self, before: Iterable[tuple[str, Called]]) -> Passed:
        """Walk the body. `before` are the parameters that something is depended upon for."""
        state = _State({}, {})
        for name, called in before:
            self._take(called, state, name)
        end = self._block(self._function.body, state)
        if end is not None:
            self._leave(end, None, at_end=True)
        if self._role == "helper" and _may_be_nothing(self._function.returns):
            self._soft = True
        if not self._may_refuse:
            self._perhaps = {}  # it turns nobody away
        return Passed(self._shown(), self._soft)

    def _shown(self) -> Shown:
        certain: dict[str, tuple[str, ...]] = {}
        exits = self._exits or self._endless
        if exits:
            first, *rest = exits
            certain = {name: chain for name, chain in first.certain.items() if all(name in e.certain for e in rest)}
        for each in exits:
            self._perhaps = {**each.certain, **self._perhaps}
        reached = tuple(Reached(name, chain) for name, chain in certain.items())
        perhaps = tuple(Reached(name, chain) for name, chain in self._perhaps.items() if name not in certain)
        return Shown(reached, perhaps, self._doubt)

    # Exits

    def _leave(self, state: _State, value: Expr | None, *, at_end: bool = False) -> None:
        """The function ends with a value; nobody is let in where that is a refusal."""
        if self._role == "wrapper":
            self._may_refuse = self._may_refuse or not state.passed
            return  # lets pass where it calls what it wraps
        if self._role == "hook":
            if value is None or _is_nothing(value):
                self._exits.append(state)
            else:
                self._may_refuse = True
            return
        if self._role == "connect" and isinstance(value, Const) and value.value is False:
            self._refused()
            return
        if self._role == "helper" and self._gives and (value is None or _is_falsy(value)):
            self._soft = True
            return
        if value is not None and not at_end and self._around.refusal(value, self._where):
            self._refused()
            self._soft = self._soft or self._role == "helper"
            return
        if self._role == "helper" and isinstance(value, Compare | Not):
            self._soft = True
        self._exits.append(state)

    def _refused(self) -> None:
        """Somebody is refused: by hand, if that depends on what he shows."""
        self._may_refuse = True
        names = [name for test in self._tests for name in self._mentioned(test)]
        if any(is_credential(name) for name in names):
            self._doubt = self._doubt or f"{self._function.name} refuses by a check of its own"

    def _mentioned(self, test: Expr) -> Iterator[str]:
        for name in names_in(test):
            yield name
            for statement in self._function.statements:
                if isinstance(statement, Assign) and statement.value is not None and _binds(statement, name):
                    yield from names_in(statement.value)

    # Statements

    def _block(self, body: tuple[Stmt, ...], state: _State | None) -> _State | None:
        for statement in body:
            if state is None:
                return None
            state = self._statement(statement, state)
        return state

    def _statement(self, statement: Stmt, state: _State) -> _State | None:
        match statement:
            case If():
                return self._if(statement, state)
            case Try():
                return self._try(statement, state)
            case Loop():
                return self._loop(statement, state)
            case With(items, body):
                for value, target in items:
                    self._evaluate(value, state, _name(target))
                return self._block(body, state)
            case Match(subject, cases):
                return self._match(subject, cases, state)
            case Def() | Class():
                return state
            case _:
                return self._simple(statement, state)

    def _simple(self, statement: Stmt, state: _State) -> _State | None:
        match statement:
            case Return(value):
                self._return(value, state)
                return None
            case Raise(value):
                self._raise(value, state)
                return None
            case Check(test):
                self._evaluate(test, state)
                return state.sure_of(self._given(test, True, state))
            case Jump(kind):
                return self._jump(kind, state)
            case Do(value):
                return self._do(value, state)
            case Assign(targets, value) if value is not None:
                self._evaluate(value, state, _name(targets[0]) if len(targets) == 1 else "", acts=True)
                self._hear(statement, state)
            case _:
                pass
        return state

    def _raise(self, value: Expr | None, state: _State) -> None:
        self._may_refuse = True
        refuses = self._around.refusal(value, self._where)
        if refuses:
            self._refused()
        if self._role in ("handler", "helper") and not (refuses and self._tests):
            self._endless.append(state)

    def _jump(self, kind: str, state: _State) -> _State | None:
        if kind == "pass":
            return state
        ways = self._breaks if kind == "break" else self._continues
        if ways:
            ways[-1].append(state)
        return None

    def _do(self, value: Expr, state: _State) -> _State | None:
        self._evaluate(value, state, acts=True)
        if self._around.refusal(value, self._where):
            self._refused()
            if _ends(value):
                return None
            state.closed = state.closed or self._turns_away(value, state)
        return state

    def _turns_away(self, value: Expr, state: _State) -> bool:
        """Whether a WebSocket is closed on somebody who was refused, and not because all has been said."""
        if not self._tests or self._role not in ("handler", "connect") or not closes(value, self._function):
            return False
        if self._role == "handler" and self._around.kind != "websocket":
            return False
        return says_why(value) or self._handling > 0 or not state.answered

    def _hear(self, statement: Assign, state: _State) -> None:
        """What is received has a name."""
        if self._around.kind == "websocket":
            state.late = state.late or keeps(statement, state.message)
            state.message |= frozenset(heard_in(statement, state.message))

    def _return(self, value: Expr | None, state: _State) -> None:
        if value is not None:
            for call, sure in _calls(value):
                called = self._call(call, state)
                self._take(called, state, "" if sure else None, passes=True)
                self._soft = self._soft or (called.soft and bool(called.certain))
            self._look_at(value)
        if state.closed and (value is None or _is_nothing(value)):
            self._refused()
            return
        self._leave(state, value)

    def _if(self, statement: If, state: _State) -> _State | None:
        decided = _decided(statement.test, self._around.kind)
        if decided is not None:
            return self._block(statement.body if decided else statement.orelse, state)
        self._evaluate(statement.test, state)
        self._tests.append(statement.test)
        then = self._block(statement.body, state.sure_of(self._given(statement.test, True, state)))
        other = self._block(statement.orelse, state.sure_of(self._given(statement.test, False, state)))
        self._tests.pop()
        return _joined((then, other))

    def _try(self, statement: Try, state: _State) -> _State | None:
        before = state.copy()
        end = self._block(statement.orelse, self._block(statement.body, state))
        ends: list[_State | None] = [end]
        for handler in statement.handlers:
            self._tests.append(handler.type or Const("Exception", handler.line))
            self._handling += 1
            ends.append(self._block(handler.body, before.copy()))
            self._handling -= 1
            self._tests.pop()
        return self._block(statement.final, _joined(ends))

    def _loop(self, statement: Loop, state: _State) -> _State | None:
        self._evaluate(statement.head, state)
        forever = statement.target is None and isinstance(statement.head, Const) and bool(statement.head.value)
        inside = state.copy()
        if receives(statement):
            inside.late = True  # what is checked here is checked with each message
        breaks: list[_State] = []
        rounds: list[_State] = []
        self._breaks.append(breaks)
        self._continues.append(rounds)
        end = self._block(statement.body, inside)
        self._breaks.pop()
        self._continues.pop()
        if not forever:
            return self._block(statement.orelse, state)
        if not breaks and (end is not None or rounds):
            self._go_round(state)
        return _joined(breaks)

    def _go_round(self, state: _State) -> None:
        """It stays in a loop for ever: over a WebSocket somebody is served there, elsewhere if there is no way out."""
        serves = self._role == "handler" and self._around.kind == "websocket"
        if serves or self._role in ("handler", "helper"):
            (self._exits if serves else self._endless).append(state)

    def _match(
        self, subject: Expr, cases: tuple[tuple[Expr | None, tuple[Stmt, ...]], ...], state: _State
    ) -> _State | None:
        self._evaluate(subject, state)
        self._tests.append(subject)
        ends = [self._block(body, state.copy()) for _, body in cases]
        self._tests.pop()
        return _joined((*ends, state))

    # Expressions

    def _evaluate(self, expr: Expr, state: _State, name: str = "", *, acts: bool = False) -> None:
        """The calls in an expression happen; a result that has to be looked at waits in `name`."""
        for call, sure in _calls(expr):
            if last_name(call.func) in RECEIVING:
                state.received += 1
                state.late = state.late or state.received > 1
            called = self._call(call, state)
            self._take(called, state, name if sure else None)
            if self._around.kind == "websocket" and not (called.certain or called.perhaps):
                self._serve(call, state, acts)
        if isinstance(expr, Ref) and name and expr.name in state.waiting:
            state.waiting[name] = state.waiting[expr.name]
        self._look_at(expr)

    def _serve(self, call: Call, state: _State, acts: bool) -> None:
        """A check comes too late behind an answer, and behind work on a message."""
        if sends(call, self._function):
            state.late = state.answered = True
        elif hands_on(call, self._function):
            state.answered = True
        state.late = state.late or (acts and works_on(call, state.message))

    def _look_at(self, expr: Expr) -> None:
        if not self._doubt:
            self._doubt = self._around.of_user(expr, self._where)

    def _call(self, call: Call, state: _State) -> Called:
        if self._role == "wrapper" and _called_name(call) in self._passing:
            self._exits.append(state.copy())
            state.passed = True
            return Called()
        return self._called(call)

    def _called(self, call: Call) -> Called:
        known = self._calls.get(id(call))
        if known is None:
            known = self._calls[id(call)] = self._around.called(call, self._where, self._depth)
        return known

    def _take(self, called: Called, state: _State, name: str | None, *, passes: bool = False) -> None:
        """What a call brings is added to what is certain; `name` is None where it may not happen at all."""
        self._doubt = self._doubt or called.doubt
        self._perhaps = {**called.perhaps, **self._perhaps}
        self._may_refuse = self._may_refuse or bool(called.perhaps)
        if not called.certain:
            return
        self._perhaps = {**called.certain, **self._perhaps}
        if name is None or state.late:
            return
        if not called.soft or passes:
            state.certain = {**called.certain, **state.certain}
        elif name:
            state.waiting[name] = called.certain

    def _given(self, expr: Expr, truth: bool, state: _State) -> Certain:
        """The validations that have turned out well where an expression is true, or where it is false."""
        match expr:
            case Not(value):
                return self._given(value, not truth, state)
            case Bool(op, values):
                parts = [self._given(value, truth, state) for value in values]
                return _union(parts) if (op == "and") == truth else _common(parts)
            case Compare():
                return self._given_by_comparing(expr, truth, state)
            case Other("NamedExpr", (_, value)):
                return self._given(value, truth, state)
            case Ref(name):
                return state.waiting.get(name.partition(".")[0], {}) if truth else {}
            case Call() if truth:
                own = self._called(expr).certain
                return _union([own, *(self._given(part, True, state) for part in parts_of(expr))])
            case Lambda() | Const() | Call():
                return {}
        return _union(self._given(part, True, state) for part in parts_of(expr)) if truth else {}

    def _given_by_comparing(self, expr: Compare, truth: bool, state: _State) -> Certain:
        match expr:
            case Compare(left, (op,), (Const(value=None | False | True as value),)):
                same = op in ("is", "==")
                return self._given(left, truth == (same == (value is True)), state)
            case _:
                return _union(self._given(part, True, state) for part in parts_of(expr))


def _decided(test: Expr, kind: str) -> bool | None:
    """Whether a test of an ASGI scope's type holds: `scope["type"] != "http"`; None for any other test."""
    match test:
        case Not(value):
            inner = _decided(value, kind)
            return None if inner is None else not inner
        case Compare(Item(_, Const("type")), (op,), (Const(str() as wanted),)) if op in ("==", "!="):
            return (wanted == kind) == (op == "==")
        case Compare(Item(_, Const("type")), (op,), (Several(items),)) if op in ("in", "not in"):
            return any(isinstance(each, Const) and each.value == kind for each in items) == (op == "in")
        case Bool(op, values):
            parts = [_decided(value, kind) for value in values]
            return (op == "or") if (op == "or") in parts else None
        case _:
            return None


def _union(several: Iterable[Certain]) -> Certain:
    return {name: chain for each in several for name, chain in each.items()}


def _common(several: list[Certain]) -> Certain:
    return {name: chain for name, chain in several[0].items() if all(name in each for each in several)}


def _calls(expr: Expr, sure: bool = True) -> Iterator[tuple[Call, bool]]:
    """The calls in an expression, the inner ones first, and whether each one happens."""
    match expr:
        case Lambda():
            return
        case Bool(_, (first, *rest)):
            yield from _calls(first, sure)
            for value in rest:
                yield from _calls(value, False)
        case Choice(test, body, orelse):
            yield from _calls(test, sure)
            yield from _calls(body, False)
            yield from _calls(orelse, False)
        case _:
            inner = sure and not (isinstance(expr, Other) and expr.kind.endswith(("Comp", "GeneratorExp")))
            for part in parts_of(expr):
                yield from _calls(part, inner)
            if isinstance(expr, Call):
                yield expr, sure


def _called_name(call: Call) -> str:
    """What is called, as it is written; of `current_app.ensure_sync(f)(...)` it is `f`."""
    if isinstance(call.func, Ref):
        if call.func.name.endswith("ensure_sync") or call.func.name in ("run_in_threadpool", "asyncio.to_thread"):
            return ""
        return call.func.name
    if isinstance(call.func, Call) and call.func.args and isinstance(call.func.args[0], Ref):
        return call.func.args[0].name
    if isinstance(call.func, Attr) and isinstance(call.func.value, Call) and last_name(call.func.value) == "super":
        return f"super.{call.func.name}"
    return ""


def _name(target: Expr | None) -> str:
    if isinstance(target, Several):
        return next((each.name for each in target.items if isinstance(each, Ref)), "")
    return target.name if isinstance(target, Ref) else ""


def _binds(statement: Assign, name: str) -> bool:
    return any(
        isinstance(part, Ref) and part.name == name for each in statement.targets for part in expressions_in(each)
    )


def _is_nothing(expr: Expr) -> bool:
    return isinstance(expr, Const) and expr.value is None


def _is_falsy(expr: Expr) -> bool:
    """Whether a result says that something was not valid: None, False, `(None, "expired")`, `Result(valid=False)`."""
    match expr:
        case Const(value):
            return not value
        case Several(items):
            return not items or (isinstance(items[0], Const) and not items[0].value)
        case Dict(items):
            return not items or any(_says_no(key, value) for key, value in items)
        case Call(_, _, keywords):
            return any(key in _OUTCOMES and isinstance(value, Const) and not value.value for key, value in keywords)
        case _:
            return False


def _says_no(key: Expr | None, value: Expr) -> bool:
    return isinstance(key, Const) and key.value in _OUTCOMES and isinstance(value, Const) and not value.value


def _may_be_nothing(annotation: Expr | None) -> bool:
    """Whether a return type says that there may be nothing, or that the result is a yes or no."""
    match annotation:
        case Ref(name):
            return name == "bool"
        case Item(Ref(name), _):
            return name.rpartition(".")[2] == "Optional"
        case Other("BinOp", parts):
            return any(_is_nothing(part) for part in parts)
        case _:
            return False


def _ends(expr: Expr) -> bool:
    """Whether a call that stands alone does not come back: `abort(401)`."""
    return last_name(expr) in ("abort", "deny", "forbid")
