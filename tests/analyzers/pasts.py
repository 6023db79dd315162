"""Histories for tests, as the series of a metric's figures.

    weekly(imports_fragmented=[50, 48, 45])

The last sample is `HEAD`, the others lie one week before each other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, cast

from analyzers.findings import Metric, MetricName, RuleName
from analyzers.history import Flow, History, Period, Sample
from analyzers.places import Commit

HEAD: Final = Commit("c0ffee" + "1" * 34, "2026-03-02T10:00:00+00:00", "Add a cart")
WEEK: Final = dt.timedelta(weeks=1)


def before(step: dt.timedelta) -> Commit:
    """A commit that is that much older than the head."""
    when = dt.datetime.fromisoformat(HEAD.date) - step
    return Commit(f"{round(step.total_seconds()):040x}"[::-1], when.isoformat(), f"Change of {when.date()}")


def history(ages: Sequence[dt.timedelta], *, among: int | None = 1_000, **series: Sequence[int]) -> History:
    """Samples of these ages, oldest first, with the figures of each metric: its name has `_` for the dot."""
    commits = [before(age) if age else HEAD for age in ages]
    names = {cast(MetricName, name.replace("_", ".", 1)): values for name, values in series.items()}
    samples = tuple(_sample(commit, names, number, among) for number, commit in enumerate(commits))
    periods = tuple(_period(older, newer, names) for older, newer in pairwise(samples))
    return History(samples, periods)


def weekly(*, among: int | None = 1_000, step: dt.timedelta = WEEK, **series: Sequence[int]) -> History:
    """Samples a week apart."""
    count = len(next(iter(series.values())))
    return history([step * number for number in range(count - 1, -1, -1)], among=among, **series)


def _sample(commit: Commit, series: Mapping[MetricName, Sequence[int]], number: int, among: int | None) -> Sample:
    metrics = (Metric(name, values[number], values[number], 0, among) for name, values in series.items())
    return Sample(commit, tuple(metrics))


def _period(older: Sample, newer: Sample, series: Mapping[MetricName, Sequence[int]]) -> Period:
    """What went as one finding fixed for each, what came likewise; a share has no findings."""
    introduced: list[Flow] = []
    fixed: list[Flow] = []
    for was, now in zip(older.metrics, newer.metrics, strict=True):
        moved = introduced if now.value > was.value else fixed
        if now.name in ("imports.fragmented", "imports.legacy", "auth.unprotected"):
            count = abs(now.value - was.value)
            moved += [flow(f"{now.name} {newer.commit.short} {n}", now.name) for n in range(count)]
    return Period(older.commit, newer.commit, tuple(introduced), tuple(fixed))


def flow(fingerprint: str, rule: str = "imports.fragmented") -> Flow:
    """A finding that came or went."""
    return Flow(fingerprint, cast(RuleName, rule), "production", "shop/cart.py", "verify")
