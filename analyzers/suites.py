"""Suites: the checks of a commit, grouped by the policy into what they test together.

A check is a check run or a commit status on GitHub, or a test suite in a JUnit file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal

import msgspec

from analyzers.policy import Policy, SuitePolicy
from analyzers.status import CheckRow, CheckState, SuiteRow

FoundState = CheckState | Literal["skipped"]
"""skipped: it was left out on purpose, so it says nothing about the code."""


class Counts(msgspec.Struct, frozen=True):
    """The tests of one JUnit test suite, those that were skipped not among them.

    `failing` are the first of the failed and blocked ones.
    """

    passed: int
    failed: int
    blocked: int
    failing: tuple[CheckRow, ...] = ()


class Check(msgspec.Struct, frozen=True):
    """One check of a commit, as it was found.

    `source` is who ran it: the same name from another source is another check. Of several runs, of one name and source,
    the last one given counts.
    """

    name: str
    state: FoundState
    detail: str
    url: str | None
    source: str
    tests: Counts | None = None


# What a check run that is completed concluded.
# https://docs.github.com/en/rest/checks/runs#list-check-runs-for-a-git-reference
# Neutral counts as successful where GitHub asks for a check to pass:
# https://docs.github.com/en/pull-requests/collaborating-with-pull-requests/collaborating-on-repositories-with-code-quality-features/about-status-checks
_CONCLUSIONS: Final[Mapping[str, FoundState]] = {
    "success": "passed",
    "neutral": "passed",
    "failure": "failed",
    "skipped": "skipped",
    "action_required": "blocked",
    "cancelled": "blocked",
    "stale": "blocked",
    "startup_failure": "blocked",
    "timed_out": "blocked",
}

# https://docs.github.com/en/rest/commits/statuses: an error is one of the service that was to report.
_STATUSES: Final[Mapping[str, FoundState]] = {
    "success": "passed",
    "failure": "failed",
    "error": "blocked",
    "pending": "running",
}

_WORST_FIRST: Final[tuple[CheckState, ...]] = ("failed", "blocked", "missing", "running", "passed")


def state_of_run(status: str, conclusion: str | None) -> FoundState:
    """What GitHub's status and conclusion of a check run come to. A conclusion that we do not know is no result."""
    if status != "completed":
        return "running"
    return _CONCLUSIONS.get(conclusion or "", "blocked")


def state_of_status(state: str) -> FoundState:
    """What the state of a commit status comes to."""
    return _STATUSES.get(state, "blocked")


def combined(checks: Iterable[Check]) -> CheckState | None:
    """The worst of the checks that ran; None where none did."""
    states = [check.state for check in _newest(checks) if check.state != "skipped"]
    return _worst(states) if states else None


def suites_of(policy: Policy, checks: Iterable[Check], *, known: bool) -> tuple[SuiteRow, ...]:
    """The suites of the policy, in its order; `checks` are given oldest first. A check may belong to several.

    `known` says that these are all the checks there are: without, nothing is said to be missing, and suites of which
    nothing was found are left out.
    """
    newest = _newest(checks)
    rows = (_suite(suite, newest, known=known) for suite in policy.suites)
    return tuple(row for row in rows if row.checks)


def _newest(checks: Iterable[Check]) -> tuple[Check, ...]:
    """The last run of each check, by name."""
    last = {(check.name, check.source): check for check in checks}
    return tuple(last[key] for key in sorted(last))


def _suite(suite: SuitePolicy, newest: Sequence[Check], *, known: bool) -> SuiteRow:
    found: dict[tuple[str, str], Check] = {}
    missing: list[CheckRow] = []
    for pattern in suite.checks:
        matching = [check for check in newest if matches(pattern, check.name)]
        ran = [check for check in matching if check.state != "skipped"]
        found |= {(check.name, check.source): check for check in ran}
        if known and not ran:
            missing.append(_missing(pattern, matching, is_over=all(each.state != "running" for each in newest)))
    rows = (*missing, *(row for check in found.values() for row in _rows(check)))
    return SuiteRow(
        name=suite.name,
        state=_worst([row.state for row in rows]),
        passed=_count(found.values(), "passed"),
        failed=_count(found.values(), "failed"),
        blocked=_count(found.values(), "blocked"),
        missing=len(missing),
        checks=tuple(sorted(rows, key=lambda row: _WORST_FIRST.index(row.state))),
        running=_count(found.values(), "running"),
    )


def _missing(pattern: str, skipped: Sequence[Check], *, is_over: bool) -> CheckRow:
    """Nothing of a pattern ran. GitHub may know a job only once those that it waits for have ended."""
    if skipped:
        return CheckRow(skipped[0].name, "missing", "skipped", skipped[0].url)
    return CheckRow(
        pattern, "missing", "" if is_over else "nothing of it yet, and other checks are still running", None
    )


def _rows(check: Check) -> tuple[CheckRow, ...]:
    """A check, and the tests in it that failed."""
    if check.state == "skipped":
        return ()
    row = CheckRow(check.name, check.state, check.detail, check.url)
    return (row, *(check.tests.failing if check.tests else ()))


def _count(checks: Iterable[Check], state: Literal["passed", "failed", "blocked", "running"]) -> int:
    return sum(_count_one(check, state) for check in checks)


def _count_one(check: Check, state: Literal["passed", "failed", "blocked", "running"]) -> int:
    """Tests where a check tells them, else the check itself, as where it ended before any test."""
    tests = check.tests
    if tests is None or state == "running" or not (tests.passed or tests.failed or tests.blocked):
        return int(check.state == state)
    counts = {"passed": tests.passed, "failed": tests.failed, "blocked": tests.blocked}
    return counts[state]


def _worst(states: Iterable[CheckState]) -> CheckState:
    return min(states, key=_WORST_FIRST.index, default="passed")


def matches(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern says, in which `*` stands for any characters; in one pass over the name."""
    first, *rest = pattern.split("*")
    if not rest:
        return name == pattern
    if not name.startswith(first):
        return False
    at, last = len(first), rest.pop()
    for part in rest:
        found = name.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    return len(name) - at >= len(last) and name.endswith(last)
