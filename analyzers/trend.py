"""Trends: what a metric was at past commits, what came and went, and where the last weeks lead.

Dates are those of the commits. No projection leads further than five years.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from analyzers.catalogue import CATALOGUE, Entry, entry, figure, is_measured, is_met, metric_of, target_of
from analyzers.findings import Metric, MetricName
from analyzers.history import History, Period, Sample, moment
from analyzers.policy import Policy
from analyzers.status import Flows, Point, Projection, Since, Trend

_WINDOW: Final = dt.timedelta(weeks=4)
_LEAST_SPAN: Final = dt.timedelta(weeks=2)
_LEAST_POINTS: Final = 3
_FURTHEST: Final = 5 * 365 + 1
"""Days."""
_DAY: Final = 24 * 60 * 60
"""Seconds."""


def trends_of(history: History, policy: Policy, also: Collection[MetricName] = ()) -> tuple[Trend, ...]:
    """The trend of each metric that is off its target or that the policy plans for, in the catalogue's order; and of
    those asked for besides.
    """
    if not history.samples:
        return ()
    flows = [_flows_by_metric(period) for period in history.periods]
    newest = _by_name(history.samples[-1])
    known = (each for each in CATALOGUE if each.name in newest)
    followed = [each for each in known if each.name in also or _is_followed(newest[each.name], policy)]
    return tuple(_trend(each, history, flows, policy) for each in followed)


def _is_followed(metric: Metric, policy: Policy) -> bool:
    is_planned = metric.name in policy.metrics
    is_off = not is_met(metric.name, figure(metric), target_of(metric.name, policy))
    return is_measured(metric.name, policy) and (is_planned or is_off)


def _by_name(sample: Sample) -> dict[MetricName, Metric]:
    return {metric.name: metric for metric in sample.metrics}


_ByMetric = tuple[Counter[MetricName], Counter[MetricName]]
"""What came and what went in one period."""


def _flows_by_metric(period: Period) -> _ByMetric:
    introduced = Counter(metric_of(flow.rule) for flow in period.introduced)
    return introduced, Counter(metric_of(flow.rule) for flow in period.fixed)


def _trend(kind: Entry, history: History, flows: Sequence[_ByMetric], policy: Policy) -> Trend:
    points = points_of(kind.name, history.samples)
    target = target_of(kind.name, policy)
    wanted = policy.metrics.get(kind.name)
    # What comes and goes of other things than those that are counted would tell of another figure.
    periods = zip(history.periods, flows, strict=True) if kind.counts_findings else ()
    return Trend(
        metric=kind.name,
        unit=kind.unit,
        target=float(target),
        points=points,
        flows=tuple(
            Flows(period.older, period.newer, introduced[kind.name], fixed[kind.name])
            for period, (introduced, fixed) in periods
        ),
        projection=projection_of(kind.name, points, target, None if wanted is None else wanted.due),
    )


def points_of(name: MetricName, samples: Sequence[Sample]) -> tuple[Point, ...]:
    """What a metric was at each sample, a share in percent."""
    metrics = ((sample.commit, _by_name(sample).get(name)) for sample in samples)
    return tuple(Point(commit, figure(metric)) for commit, metric in metrics if metric is not None)


def projection_of(name: MetricName, points: Sequence[Point], target: float, due: dt.date | None) -> Projection | None:
    """Where the net change of the last weeks leads, from the last point on.

    The rate is the difference of two counts over the time between them, and not a line fitted through all: counts
    have no error that would have to be evened out, and whoever reads the two can work the rate out again. The earlier
    one is the first of the last four weeks, or further back until there are three points over two weeks. None where
    there are not, or where the target is met.

    One bad commit, or a good one, must not tell of a course that there is not: where the later half of that time is
    slower, that is the rate; where it goes another way, there is no date.
    """
    window = _window(points)
    if window is None or is_met(name, points[-1].value, target):
        return None
    last = window[-1]
    whole, half = _Pace(window[0], last), _Pace(_middle(window), last)
    if (whole.moved > 0) != (half.moved > 0) or (whole.moved < 0) != (half.moved < 0):
        return Projection(whole.weekly, whole.weeks, None, None, steady=False)
    pace = min(whole, half, key=lambda each: abs(each.weekly))
    reached = _reached(name, last, _tenths(abs(target - last.value)), pace)
    in_time = None if due is None else reached is not None and reached <= due
    return Projection(pace.weekly, pace.weeks, None if reached is None else reached.isoformat(), in_time)


class _Pace:
    """The net change between two points, in tenths."""

    def __init__(self, first: Point, last: Point) -> None:
        self.moved = _tenths(last.value - first.value)
        self.span = moment(last.commit) - moment(first.commit)

    @property
    def weeks(self) -> int:
        return max(1, round(self.span / dt.timedelta(weeks=1)))

    @property
    def weekly(self) -> float:
        return round(self.moved / 10 / (self.span / dt.timedelta(weeks=1)), 2) + 0.0  # no negative zero


def _middle(window: Sequence[Point]) -> Point:
    """Where the later half begins."""
    last = moment(window[-1].commit)
    half = (last - moment(window[0].commit)) / 2
    return next(point for point in reversed(window) if last - moment(point.commit) >= half)


def _window(points: Sequence[Point]) -> Sequence[Point] | None:
    """The points that the rate is taken from."""
    taken = None
    for count, point in enumerate(reversed(points), 1):
        span = moment(points[-1].commit) - moment(point.commit)
        if taken is not None and span > _WINDOW:
            break
        enough = count >= _LEAST_POINTS and span >= _LEAST_SPAN
        taken = count if enough else None
    return None if taken is None else points[-taken:]


def _tenths(value: float) -> int:
    """Figures have at most one decimal: what is worked out of them is worked out in whole numbers."""
    return round(value * 10)


def _reached(name: MetricName, last: Point, left: int, pace: _Pace) -> dt.date | None:
    """The day on which nothing is left; None where that never comes, or only in years."""
    towards = pace.moved if entry(name).is_share else -pace.moved
    if towards <= 0 or not pace.weekly:
        return None
    days = -(-left * round(pace.span.total_seconds()) // (towards * _DAY))
    now = moment(last.commit).date()
    return now + dt.timedelta(days=days) if days <= min(_FURTHEST, (dt.date.max - now).days) else None


def since_of(history: History, opened: dt.datetime | str, why: str) -> Since | None:
    """The default branch as it was at a time (ISO 8601, with an offset), for comparison: `why` says which.

    That is the last sample at that time or earlier. None where history was not looked at so far back, or where that is
    the audited commit itself.
    """
    when = dt.datetime.fromisoformat(opened) if isinstance(opened, str) else opened
    earlier = [sample for sample in history.samples if moment(sample.commit) <= when]
    if not earlier or earlier[-1] == history.samples[-1]:
        return None
    return Since(why, earlier[-1].commit, dict(_figures(earlier[-1])))


def _figures(sample: Sample) -> Iterator[tuple[MetricName, float]]:
    return ((metric.name, figure(metric)) for metric in sample.metrics)
