"""JUnit XML files: what test runners write about the tests they ran, as checks that a policy's suites group."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, Literal, TypeVar
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from junitparser import Element as JUnitElement
from junitparser import Error, Failure, JUnitXml, JUnitXmlError, Skipped, TestCase, TestSuite

from analyzers.status import CheckRow
from analyzers.suites import Check, Counts, FoundState

_LARGEST: Final = 32 * 1024 * 1024
_MOST_ELEMENTS: Final = 1_000_000
_DEEPEST: Final = 50
_MOST_FAILING: Final = 20
"""Of one test suite that are listed; the rest is counted."""
_LONGEST: Final = 200

_NOT_COLLECTED: Final = "collection failure"
"""What pytest says of a module that it could not import: none of its tests ran."""

_HOW_TO_WRITE: Final = "Have the test runner write it anew, as with `pytest --junit-xml=FILE`."
Kind = TypeVar("Kind", bound=JUnitElement)
_Outcome = Literal["passed", "failed", "blocked", "skipped"]


class JUnitError(Exception):
    """A file that is no JUnit XML that we read; says which, why, and what helps."""

    def __init__(self, file: Path, problem: str, remedy: str) -> None:
        super().__init__(f"{file} {problem}. {remedy}")
        self.file = file


def read_junit(files: Iterable[Path]) -> tuple[Check, ...]:
    """Every test suite that has tests of its own, by its name or else its file's; in the order of the files.

    A file has at most 32 MiB, a million elements, 50 levels. Raises JUnitError for the first that cannot be used.
    """
    return tuple(
        _check(suite, cases, file, number)
        for file in files
        for number, (suite, cases) in enumerate(_suites_with_cases(_parse(file)))
    )


def _parse(file: Path) -> JUnitXml:
    try:
        with file.open("rb") as opened:
            text = opened.read(_LARGEST + 1)
    except OSError as error:
        raise JUnitError(file, f"cannot be read: {error.strerror}", _HOW_TO_WRITE) from error
    if len(text) > _LARGEST:
        remedy = "Leave the output of tests out of it, as with `pytest -o junit_logging=no`."
        raise JUnitError(file, f"is larger than {_LARGEST // 1024**2} MiB", remedy)
    try:
        return JUnitXml.fromroot(_root(text))  # type: ignore[arg-type]  # its annotation is wrong
    except JUnitXmlError as error:
        raise JUnitError(file, "has no `testsuites` or `testsuite` at its top", _HOW_TO_WRITE) from error
    except (ParseError, LookupError, ValueError) as error:
        raise JUnitError(file, f"cannot be used: {error}", _HOW_TO_WRITE) from error


class _Tree(TreeBuilder):
    """A tree of bounded size. Entities are declared in a document type, so there is none to expand."""

    def __init__(self) -> None:
        super().__init__()
        self._elements = self._depth = 0

    def doctype(self, name: str, public_id: str | None, system_id: str | None) -> None:
        raise ValueError("it declares a document type, which no JUnit file needs")

    def start(self, tag: str, attrs: dict[str, str]) -> Element:
        self._elements += 1
        self._depth += 1
        if self._elements > _MOST_ELEMENTS or self._depth > _DEEPEST:
            raise ValueError("it has too many elements, or they are nested too deeply")
        return super().start(tag, attrs)

    def end(self, tag: str) -> Element:
        self._depth -= 1
        return super().end(tag)


def _root(text: bytes) -> Element:
    parser = XMLParser(target=_Tree())  # noqa: S314 (what makes it unsafe is refused by the tree)
    parser.feed(text)
    root: Element = parser.close()
    return root


def _children(parent: JUnitElement, kind: type[Kind]) -> list[Kind]:
    return list(parent.iterchildren(kind))  # type: ignore[no-untyped-call]


def _suites_with_cases(root: JUnitXml) -> Iterator[tuple[TestSuite, list[TestCase]]]:
    """The suites, nested ones after those that they are in; without those that hold nothing but suites."""
    waiting = _children(root, TestSuite)[::-1]
    while waiting:
        suite = waiting.pop()
        nested = _children(suite, TestSuite)
        cases = _children(suite, TestCase)
        waiting += nested[::-1]
        if cases or not nested:
            yield suite, cases


def _check(suite: TestSuite, cases: Sequence[TestCase], file: Path, number: int) -> Check:
    outcomes = [(case, _outcome(case)) for case in cases]
    failing = [_row(case, outcome) for case, outcome in outcomes if outcome in ("failed", "blocked")]
    counts = {kind: sum(outcome == kind for _, outcome in outcomes) for kind in ("passed", "failed", "blocked")}
    skipped = len(cases) - sum(counts.values())
    return Check(
        name=_line(suite.name) or file.stem,
        state=_state(counts, skipped),
        detail=_detail(counts, skipped, len(failing)),
        url=None,
        source=f"{file} {number}",  # suites of one name in two files, or in one, are different tests
        tests=Counts(**counts, failing=tuple(failing[:_MOST_FAILING])),
    )


def _outcome(case: TestCase) -> _Outcome:
    """What became of a test. Many runners call it an error if a test fails by another exception than an assertion's."""
    errors = _children(case, Error)
    if _children(case, Failure) or any(error.message != _NOT_COLLECTED for error in errors):
        return "failed"
    if errors:
        return "blocked"
    return "skipped" if _children(case, Skipped) else "passed"


def _state(counts: dict[str, int], skipped: int) -> FoundState:
    if counts["failed"]:
        return "failed"
    if counts["blocked"]:
        return "blocked"
    if counts["passed"]:
        return "passed"
    return "skipped" if skipped else "blocked"


def _detail(counts: dict[str, int], skipped: int, failing: int) -> str:
    figures = [f"{count:,} {kind}" for kind, count in (*counts.items(), ("skipped", skipped)) if count]
    left = f"; {_MOST_FAILING} of {failing:,} that did not pass are listed" if failing > _MOST_FAILING else ""
    return ", ".join(figures) + left if figures else "no test ran"


def _row(case: TestCase, outcome: Literal["failed", "blocked"]) -> CheckRow:
    results = [*_children(case, Failure), *_children(case, Error)]
    names = (_line(case.classname), _line(case.name))
    return CheckRow("::".join(filter(None, names)), outcome, _line(results[0].message), None)


def _line(text: str | None) -> str:
    """The first line of a text that has one, cut."""
    lines = (text or "")[: _LONGEST * 10].strip().splitlines()
    return lines[0][:_LONGEST] if lines else ""
