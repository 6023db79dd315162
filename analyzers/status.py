"""The status: what a report on one commit tells besides its findings: why, since when, who is on it, what to do next.

Serialisable to JSON, a part of the report. Texts that come from the audited repository or from GitHub are as they stand
there: escaping is the templates'.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from analyzers.causes.model import Chain, ChangeKind, Evidence
from analyzers.findings import MetricName, RuleName
from analyzers.places import Commit, Place
from analyzers.policy import Priority
from analyzers.tree import Scope

Light = Literal["met", "near", "off"]
"""met: every target is. near: none that is off has high priority, and each is to be reached in time. off: the rest."""


class Headline(msgspec.Struct, frozen=True):
    """Ten seconds' worth: the worst metric (None: all targets are met), and what the policy says it matters for."""

    light: Light
    worst: MetricName | None
    met: int
    of: int
    """Metrics whose target is met, and all that have something to count or that the policy plans for."""
    impact: str | None
    left_open: int = 0
    """Those of `met` that leave something undecided."""


class Share(msgspec.Struct, frozen=True):
    """How many of a metric's findings one symbol, module, folder or pattern has."""

    name: str
    production: int
    tests: int


class Breakdown(msgspec.Struct, frozen=True):
    """The findings of a metric, cut one way: those with the most first, the rest counted."""

    metric: MetricName
    by: Literal["symbol", "module", "folder", "pattern"]
    shares: tuple[Share, ...]
    more: int
    """How many others there are."""
    more_findings: int
    """How many findings these have."""


class Point(msgspec.Struct, frozen=True):
    """What a metric was at one commit; `value` in percent for a share, which is `some` of `among`."""

    commit: Commit
    value: float
    some: int | None = None
    among: int | None = None


class Flows(msgspec.Struct, frozen=True):
    """What came and went from one sample to the next.

    `apart` is what the metric moved by beyond that: nobody knows when findings came or went where a file could be read
    at one of the two commits only, and of copies that were there already another one may be told to stand.
    """

    older: Commit
    newer: Commit
    introduced: int
    fixed: int
    apart: int = 0


class Turn(msgspec.Struct, frozen=True):
    """What the newest sample changed, since the day of the one before."""

    since: str
    change: float


class Projection(msgspec.Struct, frozen=True):
    """Where the last weeks lead: `weekly` is the net change of the metric a week over `weeks` weeks.

    `reached` is the day on which the target is reached at this rate; None: not at this rate. `in_time` compares that
    with the due date, where there is one. Where only the later half of these weeks moves towards the target (`steady`
    is False), neither is told. `turn` is the change of the newest sample where that goes the other way.
    """

    weekly: float
    weeks: int
    reached: str | None
    in_time: bool | None
    steady: bool = True
    turn: Turn | None = None


class Trend(msgspec.Struct, frozen=True):
    """A metric's past, oldest first, and where it leads."""

    metric: MetricName
    unit: str
    target: float
    points: tuple[Point, ...]
    flows: tuple[Flows, ...]
    projection: Projection | None
    """None where there are too few points to tell, where those that there are do not compare, or the target is met."""
    from_nothing: bool = False
    """Whether there was nothing to count at the first point."""
    comparable: bool = True
    """Whether what could not be read leaves enough points for a rate: it has to be the same at all of these."""


class Since(msgspec.Struct, frozen=True):
    """The default branch at another time, for comparison: `why` says which ("since this issue was opened")."""

    why: str
    commit: Commit
    values: dict[MetricName, float]


class PastFinding(msgspec.Struct, frozen=True):
    """Where a finding that stands first appeared; the report's findings are known by `fingerprint`.

    `exact` says that `by` is the very commit; else it was one after `after` and not later than `by`. Without `after` it
    stood at the oldest commit that was looked at.
    """

    fingerprint: str
    by: Commit
    after: Commit | None
    exact: bool
    pull_request: int | None
    url: str | None


CheckState = Literal["passed", "failed", "blocked", "missing", "running"]
"""blocked: the suite ran and did not get to a result (cancelled, timed out, action required, errors before any test).
missing: the policy names it, and nothing of it was found."""


class CheckRow(msgspec.Struct, frozen=True):
    """One check run, commit status or JUnit test suite."""

    name: str
    state: CheckState
    detail: str
    """What it says itself, in one line; may be empty."""
    url: str | None


class SuiteRow(msgspec.Struct, frozen=True):
    """A suite of the policy: its worst check decides. `passed` and so on count checks, or tests where JUnit tells."""

    name: str
    state: CheckState
    passed: int
    failed: int
    blocked: int
    missing: int
    checks: tuple[CheckRow, ...]
    running: int = 0


ReviewState = Literal["approved", "changes requested", "waiting", "none"]


class LinkedPull(msgspec.Struct, frozen=True):
    """A pull request that refers to the issue, or closes it."""

    number: int
    title: str
    state: Literal["open", "draft", "merged", "closed"]
    closes: bool
    review: ReviewState
    checks: CheckState | None
    """None where it has none."""
    url: str


class TaskRow(msgspec.Struct, frozen=True):
    """One entry of the issue's task list; `phase` is the heading above it."""

    text: str
    done: bool
    phase: str | None


class ActionRow(msgspec.Struct, frozen=True):
    """What to do next; see `analyzers.causes.model.Action`. `phase` is that of its metric in the policy."""

    number: int
    text: str
    metric: MetricName
    phase: str | None
    before: float
    after: float | None
    target: float
    checked: bool
    cause: str
    findings: int
    evidence: tuple[Evidence, ...]
    kind: ChangeKind = "decide"
    now: float | None = None
    """The metric today, where that is known; `before` is what the actions above leave of it."""


class Risk(msgspec.Struct, frozen=True):
    """Findings of high severity of one rule, with the policy's business wording for its metric."""

    rule: RuleName
    scope: Scope
    count: int
    impact: str | None
    places: tuple[Place, ...]
    more: int


class Recommendation(msgspec.Struct, frozen=True):
    """What to do with the issue, and by which rule: the rule's own words, and what it was held against here."""

    what: Literal["close", "go on", "raise"]
    rule: str
    because: str


class IssueRow(msgspec.Struct, frozen=True):
    """The issue that the report answers."""

    number: int
    title: str
    opened: str
    url: str


class Goal(msgspec.Struct, frozen=True):
    """A row of the success table, for metrics that have something to count or that the policy plans for."""

    metric: MetricName
    current: float
    target: float
    gap: float
    met: bool
    priority: Priority | None
    due: str | None
    phase: str | None
    reached: str | None
    """When the trend reaches the target; None: not at this rate, or not known."""
    planned: bool = False
    """Whether the policy is about it: it says what it is to reach, or names what it counts."""


class Status(msgspec.Struct, frozen=True):
    """Everything that a status report has beyond the audit of its commit. Empty parts have no content, and vanish."""

    headline: Headline
    recommendation: Recommendation
    chains: tuple[Chain, ...] = ()
    breakdowns: tuple[Breakdown, ...] = ()
    goals: tuple[Goal, ...] = ()
    trends: tuple[Trend, ...] = ()
    since: tuple[Since, ...] = ()
    origins: tuple[PastFinding, ...] = ()
    suites: tuple[SuiteRow, ...] = ()
    risks: tuple[Risk, ...] = ()
    actions: tuple[ActionRow, ...] = ()
    issue: IssueRow | None = None
    pulls: tuple[LinkedPull, ...] = ()
    more_pulls: int = 0
    tasks: tuple[TaskRow, ...] = ()
    tags: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    """What was not looked at within the budget, in our own words."""
