"""auth.bypass.fail-open, skip-switch and fallback-user: ways through a validating function that skip what it validates.

A place is told by one rule: a switch before a fallback, and what stands in an `except` as failing open.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

from analyzers.code import Code, Found
from analyzers.findings import Finding, RuleName
from analyzers.outline import Assign, Call, Def, If, Return, Stmt, Try
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.bypass.answers import Answers, Point, points_in
from analyzers.rules.bypass.failing import failures
from analyzers.rules.bypass.fallbacks import fallback, stands_for_claim
from analyzers.rules.bypass.skipping import Skip, skips
from analyzers.rules.bypass.switches import switch_in
from analyzers.rules.bypass.validating import Validating, calls_in, is_about_access, names_about_access, refuses
from analyzers.rules.bypass.words import last_name
from analyzers.snapshot import SourceFile

_COMMANDS: Final = ("click.", "typer.", "command")


def flow_bypasses(file: SourceFile, code: Code, terms: AuthTerms) -> Iterator[Finding]:
    """The ways past the check in one file; none are looked for in tests."""
    if file.scope == "tests" or not is_about_access(file, code):
        return
    validating = Validating(code, terms)
    telling = names_about_access(file, code) | terms.words_in(file, code)
    for found in code.functions(file):
        if isinstance(found.node, Def) and not telling.isdisjoint(found.node.words):
            flow = _Flow(found, found.node, validating)
            yield from (each for each in flow.findings() if not (flow.is_command or flow.is_test))


class _Flow:
    """The ways through one function."""

    def __init__(self, found: Found, function: Def, validating: Validating) -> None:
        self.found = found
        self.function = function
        self.validating = validating

    @cached_property
    def answers(self) -> Answers:
        """What the function may answer with."""
        return Answers(self.function, self.found.where, self.validating.code)

    @cached_property
    def is_validating(self) -> bool:
        """Whether the function validates."""
        return self.validating.function(self.found)

    @property
    def is_test(self) -> bool:
        """Whether it is a test by its name, whatever its file is called: it lets nobody in."""
        return self.function.name.startswith("test_")

    @cached_property
    def is_command(self) -> bool:
        """Whether it is a command of a command line: who can give it has the machine already."""
        where, code = self.found.where, self.validating.code
        funcs = [each.func if isinstance(each, Call) else each for each in self.function.decorators]
        return any((code.meaning(func, where) or last_name(func)).startswith(_COMMANDS) for func in funcs)

    def findings(self) -> Iterator[Finding]:
        """All that is wrong in it, in the order of the source."""
        for point in points_in(self.function):
            match point.statement:
                case If() as statement:
                    for skip in skips(statement, point, self.answers, self.validating):
                        if self._skips(skip):
                            yield self._skipped(skip)
                case Return() as statement:
                    yield from self._of_value(statement, point)
                case Assign() as statement:
                    yield from self._of_fallback(statement, point)
                case _:
                    yield from self._failed(point)

    def _skips(self, skip: Skip) -> bool:
        if skip.is_certain or (skip.is_somebody and any(map(refuses, self.function.statements))):
            return True
        return self.is_validating and not skip.is_mark

    def _skipped(self, skip: Skip) -> Finding:
        message = f"`{self.function.qualname}` {skip.what} without a check by the switch `{skip.switch}`"
        return self._finding(
            "auth.bypass.skip-switch", skip.line, skip.end_line, f"{skip.what} by {skip.switch}", message
        )

    def _of_value(self, statement: Return, point: Point) -> Iterator[Finding]:
        for skip in skips(statement, point, self.answers, self.validating):
            if self._skips(skip):
                yield self._skipped(skip)
                return
        yield from self._of_fallback(statement, point)

    def _of_fallback(self, statement: Return | Assign, point: Point) -> Iterator[Finding]:
        name = fallback(statement, point, self.answers)
        if name is None or self._is_told_elsewhere(statement, point.around) or not self.is_validating:
            return
        if self._is_behind_check(statement) and stands_for_claim(statement, point, self.answers):
            return
        message = f"`{self.function.qualname}` answers with {name} where there is no valid credential"
        line, end_line = statement.line, statement.end_line
        yield self._finding("auth.bypass.fallback-user", line, end_line, f"answers with {name}", message)

    def _is_told_elsewhere(self, statement: Stmt, around: tuple[Stmt, ...]) -> bool:
        """Whether a statement stands in an `except`, or behind a switch."""
        for each in around:
            if isinstance(each, Try) and any(one.line <= statement.line <= one.end_line for one in each.handlers):
                return True
            if isinstance(each, If) and switch_in(each.test, self.answers.inside, self.validating.code) is not None:
                return True
        return False

    def _is_behind_check(self, statement: Stmt) -> bool:
        """Whether something has been validated by then, or somebody refused."""
        where, before = self.answers.inside, range(self.function.line, statement.line)
        if any(each.line in before and refuses(each) for each in self.function.statements):
            return True
        return any(call.line in before and self.validating.call(call, where) for call in calls_in(self.function.body))

    def _failed(self, point: Point) -> Iterator[Finding]:
        for failure in failures(point, self.answers, self.validating):
            what = f"{failure.answer.what} on {failure.errors}"
            errors = failure.errors if " " in failure.errors and "," not in failure.errors else f"`{failure.errors}`"
            message = f"`{self.function.qualname}` {failure.answer.what} on {errors}, as if validated"
            yield self._finding("auth.bypass.fail-open", failure.line, failure.end_line, what, message)

    def _finding(self, rule: RuleName, line: int, end_line: int, detail: str, message: str) -> Finding:
        file, plain = self.found.where.file, detail.replace("`", "")
        name = self.function.qualname
        return Finding(rule, file.path, line, end_line, name, plain, message, "high", file.scope, within=name)
