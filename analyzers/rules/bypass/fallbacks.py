"""auth.bypass.fallback-user: somebody in particular for those who have shown nothing."""

from __future__ import annotations

from typing import Final

from analyzers.outline import (
    Assign,
    Bool,
    Call,
    Choice,
    Compare,
    Const,
    Expr,
    If,
    Item,
    Not,
    Ref,
    Return,
    expressions_in,
    statements_in,
)
from analyzers.rules.bypass.answers import Answers, Point
from analyzers.rules.bypass.words import USER, last_name, words

_ABSENT: Final = (
    frozenset({"token", "credentials", "credential", "authorization", "auth", "header", "jwt", "session", "bearer"})
    | frozenset({"cookie", "sub", "key", "uid", "email", "claim", "id", "username"})
    | USER
)
"""Words for what may not be there."""


_OF_SOMEBODY: Final = frozenset({"sub", "uid", "id", "email", "username"}) | USER
_CREDENTIAL: Final = frozenset({"token", "authorization", "session", "key", "cookie"})


def fallback(statement: Return | Assign, point: Point, answers: Answers) -> str | None:
    """How the user is called that a statement answers with where there is no credential."""
    value = statement.value
    if value is None or isinstance(value, Const):
        return None
    if isinstance(statement, Assign) and not any(words(last_name(each)) & USER for each in statement.targets):
        return None
    if isinstance(value, Ref) and value.target is None and not value.name.isupper():
        return None  # where it gets its value is the place to look at
    name = answers.stand_in(value)
    if name is None or _is_otherwise(value, answers):
        return name
    return name if _is_where_absent(point, answers) or _is_at_last(statement, point, answers) else None


def stands_for_claim(statement: Return | Assign, point: Point, answers: Answers) -> bool:
    """Whether what is absent is only what a token or a header says of somebody: `if user_id: ... else: DEFAULT`."""
    value = statement.value
    tests = [around.test for around in point.around if isinstance(around, If)]
    tests += [value.test] if isinstance(value, Choice) else []
    tests += [*value.values[:-1]] if isinstance(value, Bool) else []
    absent = [test for test in tests if _absence(test, answers) is not None]
    return bool(absent) and all(_is_claim(test, answers) for test in absent)


def _is_claim(test: Expr, answers: Answers) -> bool:
    """Whether a test asks for nothing but what was looked up by a key: `payload["user_id"]`."""
    names = [part for part in expressions_in(test) if isinstance(part, Ref)]
    values = [answers.code.value(part, answers.inside)[0] for part in names]
    return bool(values) and all(isinstance(each, Item | Call) and _says_of_somebody(each) for each in values)


def _says_of_somebody(value: Item | Call) -> bool:
    match value:
        case Item(_, Const(str(key))) | Call(_, (Const(str(key)), *_)):
            return bool(words(key) & _OF_SOMEBODY) and not words(key) & _CREDENTIAL
    return False


def _is_otherwise(value: Expr, answers: Answers) -> bool:
    """`user or DEFAULT_USER`, `verify(token) if token else DEFAULT_USER`."""
    match value:
        case Bool("or"):
            return True
        case Choice(test):
            return _absence(test, answers) is not None
    return False


def _is_where_absent(point: Point, answers: Answers) -> bool:
    """Whether a statement stands in a branch for where there is no credential."""
    for around in point.around:
        if isinstance(around, If) and (absence := _absence(around.test, answers)) is not None:
            branch = around.body if absence else around.orelse
            if any(each is point.statement for each in statements_in(branch)):
                return True
    return False


def _absence(test: Expr, answers: Answers) -> bool | None:
    """Whether a test asks if something is absent (True) or there (False); None where it asks for something else."""
    match test:
        case Not(value):
            inner = _absence(value, answers)
            return None if inner is None else not inner
        case Compare(left, ("is" | "==",), (Const(None | ""),)):
            return True if _may_be_absent(left, answers) else None
        case Compare(left, ("is not" | "!=",), (Const(None | ""),)):
            return False if _may_be_absent(left, answers) else None
        case Compare(left, ("in" | "not in" as op,), _):
            return op == "not in" if _may_be_absent(left, answers) else None
        case Bool(_, values):
            said = {_absence(each, answers) for each in values}
            return said.pop() if len(said) == 1 else True if True in said and test.op == "or" else None
        case _:
            return False if _may_be_absent(test, answers) else None


def _may_be_absent(value: Expr, answers: Answers) -> bool:
    return _is_shown(value) or _is_shown(answers.code.value(value, answers.inside)[0])


def _is_shown(value: Expr) -> bool:
    for part in expressions_in(value):
        if isinstance(part, Ref) and words(part.name.rpartition(".")[2]) & _ABSENT:
            return True
        if isinstance(part, Const) and isinstance(part.value, str) and words(part.value) & _ABSENT:
            return True
        if isinstance(part, Item) and words(last_name(part.value)) & _ABSENT:
            return True
    return False


def _is_at_last(statement: Return | Assign, point: Point, answers: Answers) -> bool:
    """Whether a statement comes after a branch for where there is a credential: `if token: return ...`."""
    if point.around:
        return False
    body = answers.function.body
    number = next((at for at, each in enumerate(body) if each is statement), 0)
    if isinstance(statement, Return):
        return any(
            isinstance(each, If)
            and _absence(each.test, answers) is False
            and any(isinstance(one, Return) for one in statements_in(each.body))
            for each in body[:number]
        )
    names = {each.name for each in statement.targets if isinstance(each, Ref)}
    return any(
        isinstance(each, If) and _absence(each.test, answers) is False and bool(names & _bound_in(each))
        for each in body[number:]
    )


def _bound_in(statement: If) -> set[str]:
    assigns = (each for each in statements_in(statement.body) if isinstance(each, Assign))
    return {target.name for each in assigns for target in each.targets if isinstance(target, Ref)}
