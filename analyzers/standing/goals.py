"""The success table, and ten seconds' worth of it: the light and the worst metric."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from analyzers.catalogue import CATALOGUE, entry, is_measured, is_planned, metric_of
from analyzers.findings import MetricName
from analyzers.policy import Policy, Priority
from analyzers.report import MetricRow, Report
from analyzers.status import Goal, Headline, Light, Projection, Trend

URGENT: Final[tuple[Priority | None, ...]] = ("critical", "high")
_PRIORITIES: Final[tuple[Priority | None, ...]] = ("critical", "high", "medium", "low", None)
_ORDER: Final[Mapping[MetricName, int]] = {each.name: number for number, each in enumerate(CATALOGUE)}


def goals_of(report: Report, policy: Policy, trends: Iterable[Trend]) -> tuple[Goal, ...]:
    """A row for each metric that has something to count or that the policy plans for, in the catalogue's order."""
    leading = projections(trends)
    rows = (row for row in report.metrics if is_measured(row.name, policy))
    return tuple(
        _goal(row, policy, leading.get(row.name))
        for row in rows
        if row.name in policy.metrics or row.head or row.among or row.undecided
    )


def projections(trends: Iterable[Trend]) -> dict[MetricName, Projection]:
    """Where each metric is led by its last weeks, if that is known."""
    return {trend.metric: trend.projection for trend in trends if trend.projection is not None}


def _goal(row: MetricRow, policy: Policy, projection: Projection | None) -> Goal:
    wanted = policy.metrics.get(row.name)
    current = float(row.head) if row.percent is None else row.percent
    return Goal(
        metric=row.name,
        current=current,
        target=float(row.target),
        gap=0.0 if row.met else round(abs(row.target - current), 1),
        met=row.met,
        priority=row.priority,
        due=row.due,
        phase=wanted.phase if wanted else None,
        reached=projection.reached if projection else None,
        planned=is_planned(row.name, policy),
    )


def headline_of(goals: Sequence[Goal], report: Report, policy: Policy) -> Headline:
    """The light, and the worst metric with what the policy says that it matters for."""
    off = by_urgency((goal for goal in goals if not goal.met), report)
    worst = off[0].metric if off else None
    wanted = None if worst is None else policy.metrics.get(worst)
    impact = wanted.impact if wanted is not None and wanted.impact else policy.context.impact
    undecided = {row.name for row in report.metrics if row.undecided}
    left_open = sum(1 for goal in goals if goal.met and goal.metric in undecided)
    return Headline(_light(off), worst, len(goals) - len(off), len(goals), impact, left_open)


def _light(off: Sequence[Goal]) -> Light:
    if not off:
        return "met"
    return "near" if all(goal.priority not in URGENT and _comes_in_time(goal) for goal in off) else "off"


def _comes_in_time(goal: Goal) -> bool:
    return goal.reached is not None and (goal.due is None or goal.reached <= goal.due)


def by_urgency(goals: Iterable[Goal], report: Report) -> tuple[Goal, ...]:
    """Goals in the order in which they press: by priority, then by due date, then what the policy is about, then by
    findings of high severity, then by what is left to be done. Counts go before shares, which tell of the same in
    another way.
    """
    severe = Counter(metric_of(row.rule) for row in report.standing if row.severity == "high")

    def urgency(goal: Goal) -> tuple[int, str, bool, int, bool, float, int]:
        due = goal.due or dt.date.max.isoformat()
        is_share = entry(goal.metric).is_share
        rank = _PRIORITIES.index(goal.priority)
        return rank, due, not goal.planned, -severe[goal.metric], is_share, -goal.gap, _ORDER[goal.metric]

    return tuple(sorted(goals, key=urgency))
