"""The past as `fifthwhy history` shows it: every figure at every sample, and what became of each metric."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import msgspec

from analyzers.catalogue import CATALOGUE, entry, is_met, metric_of, percent
from analyzers.findings import Metric, MetricName
from analyzers.history import Flow, History, Period
from analyzers.places import Commit
from analyzers.policy import MetricPolicy, Policy
from analyzers.status import Trend
from analyzers.trend import points_of, trends_of


class Reading(msgspec.Struct, frozen=True):
    """A metric at one sample: `value`, of `among` where it has a denominator, a share also in percent.

    `introduced` and `fixed` count its findings that came and went since the sample before; None where there is none
    before it, and for a figure that is not the number of its findings.
    """

    metric: MetricName
    value: int
    among: int | None
    percent: float | None
    production: int
    tests: int
    introduced: int | None
    fixed: int | None


class PastSample(msgspec.Struct, frozen=True):
    """One commit that was looked at; `introduced` and `fixed` count findings of all rules since the one before."""

    commit: Commit
    introduced: int | None
    fixed: int | None
    readings: tuple[Reading, ...]


class Course(msgspec.Struct, frozen=True):
    """What became of a metric between the first sample and the last: figures as in `Trend`.

    `introduced` and `fixed` count over all periods; None for a single sample, and for a figure that is not the number
    of its findings.
    """

    title: str
    first: float
    last: float
    change: float
    moved: bool
    """Whether it was another one at any sample."""
    better: bool | None
    """What the change means; None where first and last are the same."""
    met: bool
    due: str | None
    introduced: int | None
    fixed: int | None
    trend: Trend


class Past(msgspec.Struct, frozen=True):
    """Samples, oldest first, and the metrics that moved, are off target or planned for by the policy."""

    every_days: int
    left: int
    """Earlier samples that the budget did not reach."""
    samples: tuple[PastSample, ...]
    courses: tuple[Course, ...]
    cut: str | None = None
    """The day of the oldest commit that a shallow clone has, where more was asked for."""


def past_of(history: History, policy: Policy) -> Past:
    """Everything that is shown of a history."""
    points = {each.name: points_of(each.name, history.samples) for each in CATALOGUE}
    moved = {name for name, each in points.items() if len({point.value for point in each}) > 1}
    trends = trends_of(history, policy, moved)
    return Past(
        every_days=history.every_days,
        left=history.left,
        samples=tuple(_samples(history)),
        courses=tuple(
            _course(trend, policy.metrics.get(trend.metric), moved=trend.metric in moved) for trend in trends
        ),
        cut=None if history.cut is None else history.cut.date[:10],
    )


def _samples(history: History) -> Iterator[PastSample]:
    before: dict[str, Period] = {period.newer.id: period for period in history.periods}
    for sample in history.samples:
        period = before.get(sample.commit.id)
        came, went = (None, None) if period is None else (_counts(period.introduced), _counts(period.fixed))
        yield PastSample(
            commit=sample.commit,
            introduced=None if came is None else came.total(),
            fixed=None if went is None else went.total(),
            readings=tuple(_reading(metric, came, went) for metric in sample.metrics),
        )


_Counts = Counter[MetricName]


def _counts(flows: tuple[Flow, ...]) -> _Counts:
    return Counter(metric_of(flow.rule) for flow in flows)


def _reading(metric: Metric, came: _Counts | None, went: _Counts | None) -> Reading:
    kind = entry(metric.name)
    return Reading(
        metric=metric.name,
        value=metric.value,
        among=metric.among,
        percent=percent(metric.value, metric.among) if kind.is_share else None,
        production=metric.production,
        tests=metric.tests,
        introduced=came[metric.name] if came is not None and kind.counts_findings else None,
        fixed=went[metric.name] if went is not None and kind.counts_findings else None,
    )


def _course(trend: Trend, wanted: MetricPolicy | None, *, moved: bool) -> Course:
    kind = entry(trend.metric)
    first, last = trend.points[0].value, trend.points[-1].value
    change = round(last - first, 1)
    return Course(
        title=kind.title,
        first=first,
        last=last,
        change=change,
        moved=moved,
        better=(change > 0) == kind.is_share if change else None,
        met=is_met(trend.metric, last, trend.target),
        due=wanted.due.isoformat() if wanted and wanted.due else None,
        introduced=sum(each.introduced for each in trend.flows) if trend.flows else None,
        fixed=sum(each.fixed for each in trend.flows) if trend.flows else None,
        trend=trend,
    )
