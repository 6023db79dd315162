"""Where a switch decides whether a function checks at all (`analyzers.rules.bypass.switches` says what one is)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from analyzers.outline import (
    Assign,
    Bool,
    Call,
    Choice,
    Const,
    Def,
    Do,
    Expr,
    If,
    Jump,
    Raise,
    Ref,
    Return,
    Stmt,
    expressions_in,
    expressions_of,
    statements_in,
)
from analyzers.rules.bypass.answers import Answer, Answers, Point, is_refusal
from analyzers.rules.bypass.switches import BESIDES, is_about_credential, switch, switch_in
from analyzers.rules.bypass.validating import (
    Validating,
    calls_in,
    is_credential_name,
    is_from_request,
    may_refuse,
    refuses,
)
from analyzers.rules.bypass.words import USER, last_name, told, words

_TROUBLE: Final = frozenset(
    {"error", "invalid", "missing", "disabled", "denied", "expired", "none", "anonymous", "guest", "unknown", "failed"}
)
"""Words in answers that say that nobody is let in."""


_DOES: Final = frozenset({"add", "create", "delete", "remove", "save", "send", "store", "update", "write"})
"""Words in the names of functions that do something; others may well check."""


class Skip(msgspec.Struct, frozen=True):
    """A way that a switch opens. It is certain where the check that is skipped is in sight, else the function has to
    be a validating one.
    """

    line: int
    end_line: int
    switch: str
    what: str
    is_certain: bool = False

    @property
    def is_somebody(self) -> bool:
        """Whether it answers with somebody, which only a function can be meant to that says who is asking."""
        return self.what.startswith("answers with ")

    @property
    def is_mark(self) -> bool:
        """Whether all that it does is to set a name such as `valid`: many things may be valid."""
        return self.what.startswith("sets ") and not words(self.what) & {"authenticated", "authorized"}


def skips(statement: If | Return, point: Point, answers: Answers, validating: Validating) -> Iterator[Skip]:
    """The ways that a statement opens by a switch, past a check of who somebody is and not of something besides."""
    if words(answers.function.name) & BESIDES:
        return
    skip = _by_return(statement, answers) if isinstance(statement, Return) else None
    if isinstance(statement, If):
        skip = _let_in(statement, point, answers, validating) or _only_if(statement, point, answers, validating)
    if skip is not None:
        yield skip


def _by_return(statement: Return, answers: Answers) -> Skip | None:
    """`return DEBUG or verify(token)`, `return DEFAULT_USER if DEBUG else verify(token)`."""
    where, code = answers.inside, answers.code
    name, what = None, "returns True"
    match statement.value:
        case Bool("or", values):
            if any(isinstance(part, Call) for each in values for part in expressions_in(each)):
                name = next((said for each in values[:-1] if (said := switch(each, where, code)) is not None), None)
        case Choice(test, body, orelse):
            judged = [answer for each in (body, orelse) if (answer := answers.judge(each)).effect == "in"]
            name = switch_in(test, where, code) if judged else None
            what = judged[0].what if judged else what
    return None if name is None else Skip(statement.line, statement.end_line, name, what)


def _let_in(statement: If, point: Point, answers: Answers, validating: Validating) -> Skip | None:
    """`if DEBUG: return DEFAULT_USER`."""
    for block in (statement.body, statement.orelse):
        answer = _answer_of(block, answers) or _constant(block, statement, answers, validating)
        if answer is not None and answer.effect == "in":
            name = switch_in(statement.test, answers.inside, answers.code)
            end = _end_of(block, statement.line)
            if name is None or not _is_free(point, answers):
                return None
            if _is_checked_after(statement, block, answers, validating):
                return Skip(statement.line, end, name, answer.what)
    return None


def _is_free(point: Point, answers: Answers) -> bool:
    """Whether nothing but what is shown, or another switch, leads to a statement: no check that went well before."""
    return all(
        is_about_credential(each.test) or switch_in(each.test, answers.inside, answers.code) is not None
        for each in point.around
        if isinstance(each, If)
    )


def _is_checked_after(statement: If, block: tuple[Stmt, ...], answers: Answers, validating: Validating) -> bool:
    """Whether the check comes behind the switch, or in its other branch: what came before it is not skipped."""
    if isinstance(statement.test, Bool) and statement.test.op == "or":
        return True  # `if DEBUG or verify(token)`
    first, last = block[0].line, _end_of(block, statement.line)
    later = (
        each for each in answers.function.statements if each.line > statement.line and not first <= each.line <= last
    )
    return any(_looks_like_check(each, answers, validating) for each in later)


def _looks_like_check(statement: Stmt, answers: Answers, validating: Validating) -> bool:
    if isinstance(statement, Def):
        return any(refuses(each) or isinstance(each, Raise) for each in statements_in(statement.body))
    if isinstance(statement, Raise) or refuses(statement):
        return True
    if isinstance(statement, Return) and not isinstance(statement.value, Const | None):
        return True
    calls = (part for expr in expressions_of(statement) for part in expressions_in(expr) if isinstance(part, Call))
    return any(validating.call(call, answers.inside) for call in calls)


def _answer_of(block: tuple[Stmt, ...], answers: Answers) -> Answer | None:
    """What a branch answers by itself; None where it goes on with what comes after."""
    if block and isinstance(block[-1], Return):
        answer = answers.outcome(block)
        return None if answer.effect == "open" else answer
    said = (answers.assigned(each) for each in block if isinstance(each, Assign))
    return next((each for each in said if each is not None), None)


def _constant(block: tuple[Stmt, ...], statement: If, answers: Answers, validating: Validating) -> Answer | None:
    """Whether a branch answers with a constant where a validation says who it is otherwise: `return "operator"`."""
    last = block[-1] if block else None
    if not isinstance(last, Return | Assign) or not isinstance(last.value, Const) or not _is_somebody(last.value):
        return None
    if isinstance(last, Assign) and not any(words(last_name(each)) & USER for each in last.targets):
        return None
    others = [each for each in answers.returned if each is not last]
    if any(isinstance(each.value, Const) and _is_somebody(each.value) for each in others):
        return None
    later = (call for call in calls_in(answers.function.body) if call.line > statement.line)
    is_validated = any(validating.call(call, answers.inside) for call in later)
    return Answer("in", f"answers with `{told(last.value)}`") if is_validated else None


def _is_somebody(value: Const) -> bool:
    if isinstance(value.value, str):
        return value.value.isidentifier() and not words(value.value) & _TROUBLE
    return bool(value.value) and not isinstance(value.value, bool) and not is_refusal(value)


def _only_if(statement: If, point: Point, answers: Answers, validating: Validating) -> Skip | None:
    """`if AUTH_ENABLED: verify(token)`, and nothing else that checks."""
    checked, other, is_refusing = (statement.body, statement.orelse, True)
    if all(isinstance(each, Jump) for each in checked) and other:
        checked, other, is_refusing = other, checked, False
    if any(not isinstance(each, Jump) for each in other) or not any(map(_may_check, checked)):
        return None
    name = switch_in(statement.test, answers.inside, answers.code, refusing=is_refusing)
    if name is None or not _checks(checked, statement, answers, validating):
        return None
    if _checks_elsewhere(statement, answers, validating):
        return None
    answer = answers.outcome(point.after)
    if answer.effect == "out" or (answer.effect == "open" and any(isinstance(each, Return) for each in checked)):
        return None
    return Skip(statement.line, _end_of(checked, statement.line), name, "goes ahead", is_certain=True)


def _may_check(statement: Stmt) -> bool:
    """Whether a statement looks like a check, before it is looked at closely."""
    return isinstance(statement, Do) or may_refuse(statement)


def _checks(block: tuple[Stmt, ...], statement: If, answers: Answers, validating: Validating) -> bool:
    """Whether a branch does nothing but check, and refuses what does not pass."""
    alone = [each for each in block if isinstance(each, Do) and isinstance(each.value, Call)]
    if any(validating.call(each.value, answers.inside) for each in alone if isinstance(each.value, Call)):
        return True
    if not any(may_refuse(each) for each in block) or _does_more(block):
        return False
    if validating.within(block, answers.inside) is not None:
        return True
    shown = {param.name for param in answers.function.params if is_credential_name(param.name)}
    parts = [part for each in _tests_in(statement) for part in expressions_in(each)]
    is_shown = any(isinstance(part, Ref) and part.name.partition(".")[0] in shown for part in parts)
    return is_shown or any(is_from_request(answers.code.value(part, answers.inside)[0]) for part in parts)


def _does_more(block: tuple[Stmt, ...]) -> bool:
    """Whether a branch does something in the end, after what it checks: `secrets.store(...)`."""
    last = block[-1]
    if not isinstance(last, Do) or not isinstance(last.value, Call) or refuses(last):
        return False
    name = last_name(last.value)
    return bool(words(name) & _DOES)


def _tests_in(statement: If) -> Iterator[Expr]:
    for each in statements_in((statement,)):
        if isinstance(each, If):
            yield each.test
        elif isinstance(each, Assign) and each.value is not None:
            yield each.value


def _checks_elsewhere(statement: If, answers: Answers, validating: Validating) -> bool:
    """Whether a function checks in another place too, or has somebody else check before."""
    lines = range(statement.line, _end_of((statement,), statement.line) + 1)
    others = tuple(each for each in answers.function.statements if each.line not in lines)
    if any(isinstance(each, Raise) or refuses(each) for each in others):
        return True
    if any(_depends(each) for param in answers.function.params for each in (param.annotation, param.default)):
        return True
    return any(validating.call(call, answers.inside) for call in calls_in(others) if call.line not in lines)


def _depends(expr: Expr | None) -> bool:
    parts = () if expr is None else expressions_in(expr)
    return any(isinstance(part, Call) and bool(part.args) and _is_dependency(part) for part in parts)


def _is_dependency(call: Call) -> bool:
    func = call.func
    return getattr(func, "name", "").rpartition(".")[2] in {"Depends", "Security"}


def _end_of(block: tuple[Stmt, ...], line: int) -> int:
    return max((getattr(each, "end_line", each.line) for each in statements_in(block)), default=line)
