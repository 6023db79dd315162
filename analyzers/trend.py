"""Trends: what a metric was at past commits, what came and went, and where the last weeks lead.

Dates are those of the commits. No projection leads further than five years.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.catalogue import CATALOGUE, Entry, entry, figure, is_measured, is_met, metric_of, target_of
from analyzers.findings import Metric, MetricName
from analyzers.history import History, Period, Sample, moment
from analyzers.places import Commit
from analyzers.policy import Policy
from analyzers.status import Flows, Point, Projection, Since, Trend, Turn

_WINDOW: Final = dt.timedelta(weeks=4)
_LEAST_SPAN: Final = dt.timedelta(weeks=2)
_LEAST_POINTS: Final = 3
_FURTHEST: Final = 5 * 365 + 1
"""Days."""
_DAY: Final = 24 * 60 * 60
"""Seconds."""
_ALL: Final = 100
"""Percent."""


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
    values = {point.commit.id: point.value for point in points}
    told = tuple(
        _flows(period, introduced[kind.name], fixed[kind.name], values) for period, (introduced, fixed) in periods
    )
    due = None if wanted is None else wanted.due
    projection, is_comparable = _course(kind, _stands(kind, history, target, told), history, due)
    return Trend(
        metric=kind.name,
        unit=kind.unit,
        target=float(target),
        points=points,
        flows=told,
        projection=projection,
        from_nothing=_has_nothing(kind, history.samples[0]),
        comparable=is_comparable,
    )


def _flows(period: Period, introduced: int, fixed: int, values: Mapping[str, float]) -> Flows:
    moved = int(values.get(period.newer.id, 0) - values.get(period.older.id, 0))
    return Flows(period.older, period.newer, introduced, fixed, moved - (introduced - fixed))


def _has_nothing(kind: Entry, sample: Sample) -> bool:
    """Whether there is nothing to count; of what has no denominator: whether there is no production file."""
    metric = _by_name(sample).get(kind.name if kind.among else "ssot.compliance")
    return metric is not None and not metric.among


def points_of(name: MetricName, samples: Sequence[Sample]) -> tuple[Point, ...]:
    """What a metric was at each sample, a share in percent."""
    metrics = ((sample.commit, _by_name(sample).get(name)) for sample in samples)
    return tuple(_point(commit, metric) for commit, metric in metrics if metric is not None)


def _point(commit: Commit, metric: Metric) -> Point:
    if not entry(metric.name).is_share:
        return Point(commit, figure(metric))
    return Point(commit, figure(metric), metric.value, metric.among)


class _Stand(msgspec.Struct, frozen=True):
    """A metric at one sample, in tenths: figures have at most one decimal, so that all is worked out in whole numbers.

    `value` is what was counted there, but for what it moved by since then because something could be read at one of two
    samples only: that tells nothing of a course.

    `left` is what is left to be done: the distance from the target; of a share that is to be 100 percent, what is not
    in it, since more of the rest, as new files are, brings it nearer and never there.
    """

    commit: Commit
    value: int
    left: int

    @property
    def when(self) -> dt.datetime:
        """When it was."""
        return moment(self.commit)


def _stands(kind: Entry, history: History, target: float, flows: Sequence[Flows]) -> tuple[_Stand, ...]:
    apart = dict(_apart(history, flows))
    taken_out = 0
    stands: list[_Stand] = []
    for sample in reversed(history.samples):
        metric = _by_name(sample).get(kind.name)
        if metric is not None:
            value = _tenths(figure(metric)) + taken_out
            stands.append(_Stand(sample.commit, value, _left(kind, metric, value, target)))
        taken_out += apart.get(sample.commit.id, 0)
    return tuple(reversed(stands))


def _apart(history: History, flows: Sequence[Flows]) -> Iterator[tuple[str, int]]:
    """What is taken out of the figures before a sample, in tenths."""
    for period, each in zip(history.periods, flows, strict=False):  # what does not count findings has no flows
        if not period.comparable:
            yield period.newer.id, _tenths(each.apart)


def _left(kind: Entry, metric: Metric, value: int, target: float) -> int:
    if not kind.is_share:
        return max(0, value - _tenths(target))
    return max(0, _tenths(target) - value) if target < _ALL else 10 * max(0, (metric.among or 0) - metric.value)


def _course(
    kind: Entry, stands: Sequence[_Stand], history: History, due: dt.date | None
) -> tuple[Projection | None, bool]:
    """Where the last weeks lead, and whether the samples compare that would tell it.

    What came and went is counted in findings wherever something could not be read. Of other figures, those do not tell
    a rate between which it was not the same that could not be read.
    """
    found = _projection(kind, stands, due)
    breaks = [period.newer.id for period in history.periods if not period.comparable]
    if found is None or kind.counts_findings or not breaks:
        return found, True
    ids = [stand.commit.id for stand in stands]
    since = ids.index(breaks[-1]) if breaks[-1] in ids else 0
    found = _projection(kind, stands[since:], due)
    return found, found is not None


def _projection(kind: Entry, stands: Sequence[_Stand], due: dt.date | None) -> Projection | None:
    """Where the net change of the last weeks leads, from the last sample on.

    The rate is the difference of two counts over the time between them, and not a line fitted through all: counts
    have no error that would have to be evened out, and whoever reads the two can work the rate out again. The earlier
    one is the first of the last four weeks, or further back until there are three samples over two weeks. None where
    there are not, or where the target is met.

    One good commit must not tell of a course that there is not: where the later half of that time is slower, stands
    still or moves away, that is the rate. Where only the later half moves towards the target, it is too soon to tell.
    """
    window = _window(stands)
    if window is None or not window[-1].left:
        return None
    whole, half = _Pace(window[0], window[-1]), _Pace(_middle(window), window[-1])
    if half.gone > 0 >= whole.gone:
        return Projection(whole.weekly, whole.weeks, None, None, steady=False)
    pace = half if half.gone <= 0 < whole.gone else min(whole, half, key=lambda each: abs(each.weekly))
    reached = _reached(kind, window[-1], pace)
    in_time = None if due is None else reached is not None and reached <= due
    return Projection(
        weekly=pace.weekly,
        weeks=pace.weeks,
        reached=None if reached is None else reached.isoformat(),
        in_time=in_time,
        turn=_turn(pace, window),
    )


def _turn(pace: _Pace, window: Sequence[_Stand]) -> Turn | None:
    """The change of the newest sample, where it goes the other way than the weeks do."""
    before, last = window[-2:]
    change = last.value - before.value
    return Turn(before.when.date().isoformat(), change / 10) if change * pace.moved < 0 else None


class _Pace:
    """The net change between two samples, in tenths; `gone` is how much less is left to be done."""

    def __init__(self, first: _Stand, last: _Stand) -> None:
        self.moved = last.value - first.value
        self.gone = first.left - last.left
        self.span = last.when - first.when

    @property
    def weeks(self) -> int:
        return max(1, round(self.span / dt.timedelta(weeks=1)))

    @property
    def weekly(self) -> float:
        return round(self.moved / 10 / (self.span / dt.timedelta(weeks=1)), 2) + 0.0  # no negative zero


def _middle(window: Sequence[_Stand]) -> _Stand:
    """Where the later half begins."""
    last = window[-1].when
    half = (last - window[0].when) / 2
    return next(stand for stand in reversed(window) if last - stand.when >= half)


def _window(stands: Sequence[_Stand]) -> Sequence[_Stand] | None:
    """The samples that the rate is taken from."""
    taken = None
    for count, stand in enumerate(reversed(stands), 1):
        span = stands[-1].when - stand.when
        if taken is not None and span > _WINDOW:
            break
        enough = count >= _LEAST_POINTS and span >= _LEAST_SPAN
        taken = count if enough else None
    return None if taken is None else stands[-taken:]


def _tenths(value: float) -> int:
    return round(value * 10)


def _reached(kind: Entry, last: _Stand, pace: _Pace) -> dt.date | None:
    """The day on which nothing is left; None where that never comes, or only in years."""
    is_nearer = pace.moved > 0 if kind.is_share else pace.moved < 0
    if pace.gone <= 0 or not is_nearer or not pace.weekly:
        return None
    days = -(-last.left * round(pace.span.total_seconds()) // (pace.gone * _DAY))
    now = last.when.date()
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
