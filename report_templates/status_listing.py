"""Listings of a status report: which of its rows are shown and how many, and what is left to be counted.

See `listing` for the listings of any report and for how a text is made to fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from analyzers.findings import MetricName
from analyzers.places import Place
from analyzers.report import MetricRow, Report
from analyzers.standing.goals import by_urgency
from analyzers.status import (
    ActionRow,
    Breakdown,
    CheckRow,
    Flows,
    Goal,
    LinkedPull,
    PastFinding,
    Point,
    Risk,
    Share,
    Since,
    Status,
    SuiteRow,
    TaskRow,
    Trend,
)
from report_templates.diagram import Chart, render_chart
from report_templates.listing import (
    DOCUMENT,
    Contents,
    Evidenced,
    Listing,
    Page,
    Room,
    Why,
    first_of,
    page,
    whys_of,
    with_evidence,
)
from report_templates.wording import title


class StatusRoom(msgspec.Struct, frozen=True):
    """The most rows that each section of a status report may list."""

    whys: int
    evidence: int
    """Of one answer, or of one action."""
    breakdowns: int
    shares: int
    """Of one breakdown."""
    pulls: int
    suites: int
    checks: int
    """Those that did not pass."""
    risks: int
    places: int
    """Of one risk."""
    actions: int
    tasks: int
    trends: int
    points: int
    """Of one trend, the newest; its chart has all."""
    findings: int
    unread: int
    tags: int


ISSUE: Final = StatusRoom(
    whys=8,
    evidence=5,
    breakdowns=12,
    shares=10,
    pulls=20,
    suites=20,
    checks=20,
    risks=12,
    places=5,
    actions=20,
    tasks=60,
    trends=6,
    points=27,
    findings=100,
    unread=20,
    tags=30,
)
WEEKLY: Final = msgspec.structs.replace(
    ISSUE, evidence=2, pulls=10, suites=10, checks=5, risks=3, actions=5, trends=4, points=0, findings=0, unread=0
)
WHOLE: Final = StatusRoom(
    whys=100,
    evidence=100,
    breakdowns=100,
    shares=100,
    pulls=100,
    suites=100,
    checks=1_000,
    risks=100,
    places=100,
    actions=200,
    tasks=1_000,
    trends=100,
    points=400,
    findings=1_000,
    unread=1_000,
    tags=100,
)
"""For a document."""

LEAST_FIRST: Final = (
    "findings", "points", "tasks", "shares", "checks", "unread", "places", "pulls", "tags", "evidence", "breakdowns",
    "trends", "suites", "risks", "whys", "actions",
)  # fmt: skip


class GoalShown(msgspec.Struct, frozen=True):
    """A goal, and its metric with the denominator."""

    goal: Goal
    metric: MetricRow | None
    projected: bool
    """Whether the trend says where it leads, be it not to the target."""


class Cut(msgspec.Struct, frozen=True):
    """A breakdown with the shares that are shown; those that are not are counted, as are their findings."""

    breakdown: Breakdown
    shares: tuple[Share, ...]
    more: int
    more_findings: int


class RiskShown(msgspec.Struct, frozen=True):
    """A risk with the places that are shown."""

    risk: Risk
    places: Listing[Place]


class Phase(msgspec.Struct, frozen=True):
    """The actions of one phase of the plan, and the entries of the issue's task list that belong to it."""

    name: str | None
    actions: tuple[Evidenced[ActionRow], ...]
    tasks: tuple[TaskRow, ...]
    done: int
    """Entries of the task list that are done."""
    total: int


class Moment(msgspec.Struct, frozen=True):
    """A point of a trend, with what came and went since the one before."""

    point: Point
    flows: Flows | None


class TrendShown(msgspec.Struct, frozen=True):
    """A trend with its chart, where there are enough points for one, and the newest of its points, oldest first."""

    trend: Trend
    is_met: bool
    chart: str | None
    moments: Listing[Moment]
    latest: Flows | None


class Moved(msgspec.Struct, frozen=True):
    """A metric then and now."""

    metric: MetricName
    then: float
    now: float


class SinceShown(msgspec.Struct, frozen=True):
    """Another time, and the metrics that were others then; `same` counts those that were not."""

    since: Since
    moved: tuple[Moved, ...]
    same: int


class StatusPage(msgspec.Struct, frozen=True):
    """A report with a status, its listings cut to a room: what the templates get."""

    report: Report
    status: Status
    page: Page
    """What any report lists."""
    worst: GoalShown | None
    goals: tuple[GoalShown, ...]
    secured: tuple[GoalShown, ...]
    critical: tuple[GoalShown, ...]
    """Off target, in the order in which they press."""
    whys: Listing[Why]
    breakdowns: Listing[Cut]
    pulls: Listing[LinkedPull]
    suites: Listing[SuiteRow]
    checks: Listing[CheckRow]
    risks: Listing[RiskShown]
    phases: tuple[Phase, ...]
    more_actions: int
    more_tasks: int
    trends: Listing[TrendShown]
    since: tuple[SinceShown, ...]
    tags: Listing[str]
    origins: Mapping[str, PastFinding]

    @property
    def flowing(self) -> tuple[TrendShown, ...]:
        """The trends in which something came or went between the last two samples."""
        return tuple(each for each in self.trends.rows if each.latest and (each.latest.introduced or each.latest.fixed))


def status_page(of: Contents, status: Status, room: StatusRoom) -> StatusPage:
    """Cut the listings of a report and of its status to a room."""
    goals = _goals(of.report, status)
    pressing = [goal.metric for goal in by_urgency(status.goals, of.report)]
    off = sorted((each for each in goals if not each.goal.met), key=lambda each: pressing.index(each.goal.metric))
    trends = tuple(trend for trend in status.trends if len(trend.points) > 1)
    checks = tuple(check for suite in status.suites for check in suite.checks if check.state != "passed")
    return StatusPage(
        report=of.report,
        status=status,
        page=page(of, _room(room)),
        worst=next((each for each in goals if each.goal.metric == status.headline.worst), None),
        goals=goals,
        secured=tuple(each for each in goals if each.goal.met),
        critical=tuple(off),
        whys=whys_of(of.report, room.whys, room.evidence),
        breakdowns=first_of(tuple(_cut(each, room.shares) for each in status.breakdowns), room.breakdowns),
        pulls=first_of(status.pulls, room.pulls, status.more_pulls),
        suites=first_of(status.suites, room.suites),
        checks=first_of(checks, room.checks),
        risks=first_of(tuple(_risk(each, room.places) for each in status.risks), room.risks),
        phases=_phases(status, room),
        more_actions=max(0, len(status.actions) - room.actions),
        more_tasks=max(0, len(status.tasks) - room.tasks),
        trends=Listing(tuple(_trend(each, goals, room) for each in trends[: room.trends]), len(trends)),
        since=tuple(_since(each, of.report) for each in status.since),
        tags=first_of(status.tags, room.tags),
        origins={each.fingerprint: each for each in status.origins},
    )


def _room(room: StatusRoom) -> Room:
    return msgspec.structs.replace(DOCUMENT, standing=room.findings, unread=room.unread, notes=room.unread, whys=0)


def _goals(report: Report, status: Status) -> tuple[GoalShown, ...]:
    metrics = {metric.name: metric for metric in report.metrics}
    projected = {trend.metric for trend in status.trends if trend.projection is not None and trend.projection.steady}
    return tuple(GoalShown(goal, metrics.get(goal.metric), goal.metric in projected) for goal in status.goals)


def _cut(breakdown: Breakdown, most: int) -> Cut:
    left = breakdown.shares[most:]
    return Cut(
        breakdown,
        breakdown.shares[:most],
        breakdown.more + len(left),
        breakdown.more_findings + sum(share.production + share.tests for share in left),
    )


def _risk(risk: Risk, most: int) -> RiskShown:
    return RiskShown(risk, first_of(risk.places, most, risk.more))


def _phases(status: Status, room: StatusRoom) -> tuple[Phase, ...]:
    """Actions by phase, in the order in which they come; phases of which there are but tasks follow, then no phase."""
    actions, tasks = status.actions[: room.actions], status.tasks[: room.tasks]
    names = dict.fromkeys((*(each.phase for each in actions), *(each.phase for each in tasks)))
    return tuple(_phase(name, status, room) for name in sorted(names, key=lambda name: name is None))


def _phase(name: str | None, status: Status, room: StatusRoom) -> Phase:
    actions = (action for action in status.actions[: room.actions] if action.phase == name)
    known = [task for task in status.tasks if task.phase == name]
    return Phase(
        name=name,
        actions=tuple(with_evidence(action, action.evidence, room.evidence) for action in actions),
        tasks=tuple(task for task in status.tasks[: room.tasks] if task.phase == name),
        done=sum(task.done for task in known),
        total=len(known),
    )


def _trend(trend: Trend, goals: tuple[GoalShown, ...], room: StatusRoom) -> TrendShown:
    flows = {each.newer.id: each for each in trend.flows}
    moments = tuple(Moment(point, flows.get(point.commit.id)) for point in trend.points)
    kept = moments[max(0, len(moments) - room.points) :]
    return TrendShown(
        trend=trend,
        is_met=any(each.goal.metric == trend.metric and each.goal.met for each in goals),
        chart=_chart(trend),
        moments=Listing(kept, len(moments)),
        latest=trend.flows[-1] if trend.flows else None,
    )


def _chart(trend: Trend) -> str | None:
    values = tuple(point.value for point in trend.points)
    days = tuple(point.commit.date for point in trend.points)
    return render_chart(Chart(title(trend.metric), trend.unit, days, (values, (trend.target,) * len(values))))


def _since(since: Since, report: Report) -> SinceShown:
    now = {each.name: each.head if each.percent is None else each.percent for each in report.metrics}
    pairs = [Moved(name, then, now[name]) for name, then in since.values.items() if name in now]
    moved = tuple(pair for pair in pairs if pair.then != pair.now)
    return SinceShown(since, moved, len(pairs) - len(moved))
