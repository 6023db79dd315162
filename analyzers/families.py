"""Families of metrics: what a report is narrowed to for somebody who asks about one of them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Literal, TypeVar, get_args

import msgspec

from analyzers.findings import MetricName, RuleName
from analyzers.history import History, Traced
from analyzers.report import FindingRow, Report

Family = Literal["imports", "auth", "tests", "ssot"]
"""The first word of the name of a metric or rule."""
FAMILIES: Final[tuple[Family, ...]] = get_args(Family)

Entry = TypeVar("Entry")


def is_of(family: Family, name: MetricName | RuleName) -> bool:
    """Whether a metric or a rule belongs to a family."""
    return name.partition(".")[0] == family


def narrowed(report: Report, family: Family) -> Report:
    """What a report says about one family. Files that could not be read stay: nothing is claimed about them."""

    def findings(rows: Iterable[FindingRow]) -> tuple[FindingRow, ...]:
        return tuple(row for row in rows if is_of(family, row.rule))

    def of(meant: Family, entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
        return entries if family == meant else ()

    return msgspec.structs.replace(
        report,
        policy_change=None,
        metrics=tuple(metric for metric in report.metrics if is_of(family, metric.name)),
        introduced=findings(report.introduced),
        fixed=findings(report.fixed),
        standing=findings(report.standing),
        standing_counts=tuple(each for each in report.standing_counts if is_of(family, each.rule)),
        symbols=of("imports", report.symbols),
        more_symbols=report.more_symbols if family == "imports" else 0,
        notes=of("imports", report.notes),  # on contracts
        more_notes=report.more_notes if family == "imports" else 0,
        auth=of("auth", report.auth),
        new_ways=of("auth", report.new_ways),
        blockades=of("tests", report.blockades),
        newly_blocked=report.newly_blocked if family == "tests" else 0,
    )


def narrowed_history(history: History, family: Family, traced: Iterable[Traced]) -> History:
    """The past of one family; `traced` are the findings that stand today."""
    kept = {each.fingerprint for each in traced if is_of(family, each.finding.rule)}
    origins = {name: origin for name, origin in history.origins.items() if name in kept}
    return msgspec.structs.replace(
        history,
        samples=tuple(
            msgspec.structs.replace(
                sample, metrics=tuple(metric for metric in sample.metrics if is_of(family, metric.name))
            )
            for sample in history.samples
        ),
        origins=origins,
        repeats=tuple(each for each in history.repeats if each.fingerprint in kept),
        untraced=sum(not (origin.is_exact or origin.after is None) for origin in origins.values()),
    )
