"""Phrases of a status in plain words; names from the code, and of metrics, stand between backticks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from analyzers.catalogue import entry
from analyzers.findings import MetricName
from analyzers.report import MetricRow
from analyzers.status import Flows, Projection

NOT_COMPARABLE: Final = "no rate, since what could not be read is not the same at all of its last points"
"""Where there is none to tell."""


def counted(count: int, one: str, many: str | None = None) -> str:
    """`1 file`, `2 files`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def enumerated(parts: list[str], most: int = 3) -> str:
    """The first parts, each a sentence, and how many there are besides."""
    more = [f"and {len(parts) - most:,} more"] if len(parts) > most else []
    return " ".join(f"{part[:1].upper()}{part[1:]}." for part in [*parts[:most], *more])


def measured(metric: MetricRow) -> str:
    """A metric with its denominator: `51 of 924 import sites`, `80.0 percent (4 of 5 production files)`."""
    among = entry(metric.name).among
    if not metric.among:
        return _count(metric) if metric.percent is None else _share(metric.percent)
    if metric.percent is not None:
        return f"{_share(metric.percent)} ({metric.head:,} of {metric.among:,} {among})"
    if metric.unit in among:
        return f"{metric.head:,} of {metric.among:,} {among}"
    return f"{_count(metric)} ({among}: {metric.among:,})"  # another kind of thing


def _count(metric: MetricRow) -> str:
    return counted(metric.head, metric.unit.removesuffix("s"), metric.unit)


def stands(metric: MetricRow) -> str:
    """A metric with its figure and what is wanted of it: `Import cycles: 3 cycles, target 0, high priority`."""
    target = f"{metric.target:,}" if metric.percent is None else _share(metric.target)
    priority = f", {metric.priority} priority" if metric.priority else ""
    due = f", due {metric.due}" if metric.due else ""
    return f"{entry(metric.name).title}: {measured(metric)}, target {target}{priority}{due}"


def leads(projection: Projection, *, is_share: bool) -> str:
    """Where the last weeks lead a metric."""
    unit = " points" if is_share else ""
    moved = f"{abs(projection.weekly):,.2f}".rstrip("0").rstrip(".")
    rate = f"{moved}{unit} {'more' if projection.weekly > 0 else 'less'} a week" if projection.weekly else "no change"
    told = f"{rate} over the last {'week' if projection.weeks == 1 else counted(projection.weeks, 'week')}"
    if projection.turn is not None:
        change = f"{abs(projection.turn.change):,.1f}".removesuffix(".0")
        told += f", {change}{unit} {'more' if projection.turn.change > 0 else 'less'} since {projection.turn.since}"
    if not projection.steady:
        better = "rising" if is_share else "falling"
        return f"{told}, {better} only in the later half: too soon for a date"
    if projection.reached:
        return f"{told}, so reached on {projection.reached}"
    if is_share and projection.weekly > 0:
        return f"{told}, but what is left hardly goes, so not reached at this rate"
    return f"{told}, so not reached at this rate"


def apart(metric: MetricName, flows: Iterable[Flows]) -> str:
    """What a metric moved by though nothing came or went; empty where it did not."""
    moved = [each for each in flows if each.apart]
    if not moved:
        return ""
    told = [f"{abs(each.apart):,} {'more' if each.apart > 0 else 'less'} on {each.newer.date[:10]}" for each in moved]
    why = "where files could be read at one of two commits only"
    if metric == "ssot.duplicates":
        why += ", or of copies that had others already"
    return f"Neither introduced nor fixed: {', '.join(told)}, {why}."


def _share(percent: float) -> str:
    return f"{percent:.0f} percent" if percent in {0, 100} else f"{percent:.1f} percent"
