"""auth.bypass.fail-open: what becomes of a validation that fails."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from analyzers.code import Where
from analyzers.outline import (
    Assign,
    Call,
    Const,
    Def,
    Do,
    Expr,
    Handler,
    If,
    Jump,
    Raise,
    Ref,
    Return,
    Several,
    Stmt,
    Try,
    With,
    expressions_in,
    expressions_of,
    statements_in,
)
from analyzers.rules.bypass.answers import Answer, Answers, Point
from analyzers.rules.bypass.validating import Validating, calls_in, is_given_credential, refuses
from analyzers.rules.bypass.words import last_name, words

_OPPOSITES: Final = frozenset(
    {
        *(
            "expired",
            "expire",
            "expires",
            "invalid",
            "refresh",
            "revoked",
            "revoke",
            "logout",
            "stale",
            "needs",
            "need",
        ),
        *("anonymous", "optional", "public", "blacklisted", "missing", "required"),
    }
)
"""Words in the name of a function whose True does not let in, or which need not refuse."""
_BROAD: Final = frozenset({"Exception", "BaseException"})


class Failure:
    """What a validation's failing comes to: the line, what it does, and on which errors."""

    def __init__(self, line: int, end_line: int, answer: Answer, errors: str) -> None:
        self.line = line
        self.end_line = end_line
        self.answer = answer
        self.errors = errors


def failures(point: Point, answers: Answers, validating: Validating) -> Iterator[Failure]:
    """The ways in which a function lets in although its validation failed."""
    if words(answers.function.name) & _OPPOSITES or "logout" in words(answers.function.qualname):
        return
    statement = point.statement
    if isinstance(statement, Try) and statement.handlers:
        for handler in statement.handlers:
            answer = _handled(handler, statement, point, answers, validating)
            if answer is not None:
                yield Failure(handler.line, handler.end_line, answer, errors_of(handler.type))
    elif isinstance(statement, With):
        yield from _suppressed(statement, point, answers, validating)


def errors_of(caught: Expr | None) -> str:
    """The names of the errors that are caught."""
    if caught is None:
        return "any exception"
    several = caught.items if isinstance(caught, Several) else (caught,)
    return ", ".join(last_name(each) or "..." for each in several)


def _handled(handler: Handler, tried: Try, point: Point, answers: Answers, validating: Validating) -> Answer | None:
    lines = (tried.line, tried.handlers[0].line)
    after = (*tried.final, *point.after)
    is_own = any(isinstance(each, Return) for each in handler.body)
    answer = _of_error(handler) or answers.outcome((*handler.body, *after), besides=lines)
    if answer.effect == "open":
        answer = _goes_on(handler, tried, point, answers, validating) or answer
    if answer.effect != "in" or _tries_again(handler, answers.inside, validating):
        return None
    if not _is_around_validation(tried, handler, answers.inside, validating):
        return None
    if answer.what == "returns True":
        return answer if _is_yes(answers, tried) else None
    if answer.what in {"lets in", "passes on"}:
        goes_on = Answer("in", "goes ahead")
        if not is_own and _guards_inside(tried):
            return None
        return None if _keeps_result(tried, answers.function) else answer if is_own else goes_on
    return answer


def _of_error(handler: Handler) -> Answer | None:
    """`return json.loads(error.payload)`: what an error says that it is about is what was not valid."""
    name = f"{handler.name}.payload"
    for statement in handler.body:
        parts = expressions_in(statement.value) if isinstance(statement, Return) and statement.value else ()
        if any(isinstance(part, Ref) and part.name == name for part in parts):
            return Answer("in", f"returns `{name}`")
    return None


def _goes_on(handler: Handler, tried: Try, point: Point, answers: Answers, validating: Validating) -> Answer | None:
    """Whether the function goes on as if nothing had failed: with what it was given, or without any result."""
    if (name := _replaced(handler, tried, answers.inside, validating)) is not None:
        return Answer("in", f"goes ahead with `{name}` as it was given")
    ahead = [each for each in point.after if not isinstance(each, Jump)]
    is_quiet = all(isinstance(each, Do | Jump) and not _leaves(each) for each in handler.body)
    if not is_quiet or tried.orelse or len(ahead) != len(point.after) or not ahead or _guards_inside(tried):
        return None
    if not is_given_credential(answers.function) or _keeps_result(tried, answers.function):
        return None
    return Answer("in", "goes ahead")


def _guards_inside(tried: Try) -> bool:
    """Whether what is asked decides about something that is done there and then alone, and refuses nothing."""
    names: set[str] = set()
    for statement in tried.body:
        if isinstance(statement, Assign):
            names |= _names_set([statement])
        elif isinstance(statement, If) and names & _heads_in(statement.test):
            return not any(isinstance(each, Raise | Return) for each in statements_in((statement,)))
    return False


def _leaves(statement: Stmt) -> bool:
    return isinstance(statement, Jump) and statement.kind != "pass"


def _replaced(handler: Handler, tried: Try, where: Where, validating: Validating) -> str | None:
    """The name that a validation gives a value, and the handler too: from what the validation was given."""
    again = [each for each in handler.body if isinstance(each, Assign) and not _is_constant(each.value)]
    set_again = _names_set(again)
    for checked in tried.body if set_again else ():
        if not isinstance(checked, Assign) or checked.value is None or not set_again & _names_set([checked]):
            continue
        calls = [each for each in expressions_in(checked.value) if isinstance(each, Call)]
        validation = next((each for each in calls if validating.call(each, where)), None)
        if validation is None or not validation.args:
            continue
        given = {part.name for part in expressions_in(validation.args[0]) if isinstance(part, Ref)}
        names = _names_set([checked])
        for statement in again:
            same = names & _names_set([statement])
            if same and given & _heads_in(statement.value):
                return min(same)
    return None


def _names_set(assigns: list[Assign]) -> set[str]:
    return {target.name for each in assigns for target in each.targets if isinstance(target, Ref)}


def _is_constant(value: Expr | None) -> bool:
    return value is None or isinstance(value, Const)


def _heads_in(value: Expr | None) -> set[str]:
    """The names that an expression starts from, in all its parts."""
    parts = () if value is None else expressions_in(value)
    return {part.name.partition(".")[0] for part in parts if isinstance(part, Ref)}


def _is_around_validation(tried: Try, handler: Handler, where: Where, validating: Validating) -> bool:
    """Whether what is caught comes from a validation, or is the refusal itself."""
    if validating.within(tried.body, where) is not None:
        return True
    is_broad = handler.type is None or last_name(handler.type) in _BROAD
    return is_broad and any(isinstance(each, Raise) and refuses(each) for each in statements_in(tried.body))


def _tries_again(handler: Handler, where: Where, validating: Validating) -> bool:
    """Whether the handler validates in another way, or refuses on some of its ways."""
    if validating.within(handler.body, where) is not None:
        return True
    if any("refresh" in words(last_name(call)) for call in calls_in(handler.body)):
        return True
    return any(isinstance(each, If | Raise) for each in statements_in(handler.body))


def _is_yes(answers: Answers, tried: Try) -> bool:
    """Whether True is what the function answers where all is well, too, or something that counts as true."""
    said: list[Stmt] = [each for each in answers.returned if tried.line <= each.line < tried.handlers[0].line]
    said += [each for each in statements_in(tried.orelse) if isinstance(each, Return)]
    last = max(handler.end_line for handler in tried.handlers)
    said += [each for each in answers.returned if each.line > last] if not said else []
    values = [each.value for each in said if isinstance(each, Return)]
    yes = [each for each in values if not (isinstance(each, Const) and not each.value)]
    return bool(yes) or not values


def _keeps_result(tried: Try, function: Def) -> bool:
    """Whether something of the validation is kept, so that what comes after can tell whether it went well."""
    tried_body = (*tried.body, *tried.orelse)
    kept: set[str] = set()
    for statement in statements_in(tried_body):
        if isinstance(statement, Return):
            return True
        if isinstance(statement, Assign):
            for target in statement.targets:
                if not isinstance(target, Ref) or "." in target.name:
                    return True
                kept.add(target.name)
    return bool(kept & _read_outside(function, tried))


def _read_outside(function: Def, tried: Try) -> set[str]:
    """The names that a function reads outside of a block that is tried."""
    end = tried.handlers[0].line
    names: set[str] = set()
    for statement in function.statements:
        if tried.line <= statement.line < end:
            continue
        for expr in expressions_of(statement):
            names |= _heads_in(expr)
    return names


def _suppressed(statement: With, point: Point, answers: Answers, validating: Validating) -> Iterator[Failure]:
    """`with suppress(Exception): verify(token)`."""
    for value, _ in statement.items:
        if not isinstance(value, Call) or last_name(value) != "suppress":
            continue
        alone = [each.value for each in statement.body if isinstance(each, Do)]
        if len(alone) != len(statement.body):
            continue
        if not any(isinstance(each, Call) and validating.call(each, answers.inside) for each in alone):
            continue
        answer = answers.outcome(point.after)
        if answer.effect == "in":
            end = max(each.end_line for each in statement.body if isinstance(each, Do))
            yield Failure(statement.line, end, Answer("in", "goes ahead"), ", ".join(map(errors_of, value.args)))
