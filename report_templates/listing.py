"""Listings: which of a report's rows are shown, in what order and how many, and what is left to be counted.

How many fit is found out by rendering (`fitted`), so that it holds whatever a template looks like.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, Generic, TypeVar

import msgspec

from analyzers.catalogue import CATALOGUE, metric_of
from analyzers.causes.model import Cause, Chain, Evidence
from analyzers.findings import RuleName
from analyzers.outcome import PatternCount, RuleCount
from analyzers.policy import PolicyProblem
from analyzers.report import FindingRow, MetricEffect, MetricRow, NoteRow, PathRow, Report, SymbolRow, UnreadRow
from analyzers.tree import Scope
from report_templates.wording import kind

Row = TypeVar("Row")
Space = TypeVar("Space", bound=msgspec.Struct)
"""A room of this kind or of another: how many rows each section may have."""


class Room(msgspec.Struct, frozen=True):
    """The most rows that each section may list."""

    problems: int
    introduced: int
    fixed: int
    unread: int
    symbols: int
    paths: int
    """Paths of one symbol."""
    patterns: int
    standing: int
    notes: int
    """On contracts."""
    limits: bool
    """Of notes also those that are no mistakes."""
    whys: int
    """Metrics whose five whys are told."""


COMMENT: Final = Room(
    problems=20,
    introduced=50,
    fixed=20,
    unread=20,
    symbols=10,
    paths=8,
    patterns=20,
    standing=30,
    notes=10,
    limits=False,
    whys=3,
)
"""A comment is read, not searched: what a person takes in, and the rest by number."""

DOCUMENT: Final = Room(
    problems=1_000,
    introduced=1_000,
    fixed=1_000,
    unread=1_000,
    symbols=100,
    paths=100,
    patterns=200,
    standing=1_000,
    notes=200,
    limits=True,
    whys=20,
)

_EVIDENCE: Final = 5
"""Of one answer."""

_LEAST_FIRST: Final = (
    "standing", "patterns", "symbols", "notes", "unread", "fixed", "whys", "introduced", "problems",
)  # fmt: skip


class Listing(msgspec.Struct, Generic[Row], frozen=True):
    """The rows that are shown and how many are not."""

    rows: tuple[Row, ...]
    total: int

    @property
    def more(self) -> int:
        """Rows that are left out."""
        return self.total - len(self.rows)


class Group(msgspec.Struct, frozen=True):
    """Findings of one rule in one scope; `total` counts those that are left out as well."""

    rule: RuleName
    title: str
    scope: Scope
    total: int
    rows: tuple[FindingRow, ...]


class Findings(msgspec.Struct, frozen=True):
    """Findings by rule, production before tests. A group of which nothing is shown is still in `counts`."""

    groups: tuple[Group, ...]
    counts: tuple[Group, ...]
    total: int
    more: int
    inferred: bool
    """Whether one of those shown has its answer inferred."""


class SymbolPaths(msgspec.Struct, frozen=True):
    """A symbol with the paths that are shown."""

    symbol: SymbolRow
    paths: Listing[PathRow]


class Evidenced(msgspec.Struct, Generic[Row], frozen=True):
    """A row with the evidence of it that is shown."""

    row: Row
    evidence: Listing[Evidence]


class Why(msgspec.Struct, frozen=True):
    """The five whys of one metric, which is None where the report has no figure of it."""

    chain: Chain
    metric: MetricRow | None
    causes: tuple[Evidenced[Cause], ...]


class Page(msgspec.Struct, frozen=True):
    """A report with its listings cut to a room: what the templates get."""

    report: Report
    metrics: tuple[MetricRow, ...]
    effects: tuple[MetricEffect, ...]
    """Those that a proposed policy moves."""
    problems: Listing[PolicyProblem]
    introduced: Findings
    fixed: Findings
    standing: Findings
    symbols: Listing[SymbolPaths]
    more_symbols: int
    """Symbols with more than one path that are not shown, whether the report holds them or not."""
    patterns: Listing[PatternCount]
    unread: Listing[UnreadRow]
    notes: Listing[NoteRow]
    whys: Listing[Why]


class Arranged(msgspec.Struct, frozen=True):
    """Findings in the order in which they are listed, and how many there are of each rule and scope."""

    rows: tuple[FindingRow, ...]
    counts: Mapping[tuple[RuleName, Scope], int]


class Contents(msgspec.Struct, frozen=True):
    """A report with its findings arranged: done once, however often its page is tried."""

    report: Report
    introduced: Arranged
    fixed: Arranged
    standing: Arranged


_ORDER: Final = {entry.name: number for number, entry in enumerate(CATALOGUE)}


def contents(report: Report) -> Contents:
    """Arrange a report's findings by rule, production before tests."""
    return Contents(
        report,
        introduced=_arranged(report.introduced, _counts(report.introduced)),
        fixed=_arranged(report.fixed, _counts(report.fixed)),
        standing=_arranged(report.standing, report.standing_counts),
    )


def _counts(rows: tuple[FindingRow, ...]) -> Iterable[RuleCount]:
    found = Counter((row.rule, row.scope) for row in rows)
    return (RuleCount(rule, scope, count) for (rule, scope), count in found.items())


def _arranged(rows: tuple[FindingRow, ...], counts: Iterable[RuleCount]) -> Arranged:
    found = {(each.rule, each.scope): each.count for each in sorted(counts, key=_place) if each.count}
    return Arranged(tuple(sorted(rows, key=_place)), found)


def _place(of: FindingRow | RuleCount) -> tuple[int, bool]:
    return _ORDER[metric_of(of.rule)], of.scope == "tests"


def page(of: Contents, room: Room) -> Page:
    """Cut a report's listings to a room."""
    report = of.report
    change = report.policy_change
    symbols = _symbols(report.symbols, room)
    return Page(
        report=report,
        metrics=tuple(metric for metric in report.metrics if report.kind == "state" or _tells(metric)),
        effects=tuple(effect for effect in change.effects if effect.current != effect.proposed) if change else (),
        problems=first_of(change.problems if change else (), room.problems),
        introduced=_findings(of.introduced, room.introduced),
        fixed=_findings(of.fixed, room.fixed),
        standing=_findings(of.standing, room.standing),
        symbols=symbols,
        more_symbols=symbols.more + report.more_symbols,
        patterns=first_of(report.auth, room.patterns),
        unread=first_of(report.unread, room.unread),
        notes=_notes(report, room),
        whys=whys_of(report, room.whys, _EVIDENCE),
    )


def _tells(metric: MetricRow) -> bool:
    """Whether a metric is worth a line in a report on a change.

    Not if it was and is nothing, nor a share that stays where it is to be; unless somebody planned for it.
    """
    if metric.delta or not metric.met or metric.due or metric.priority:
        return True
    return metric.percent is None and bool(metric.base or metric.head)


def _notes(report: Report, room: Room) -> Listing[NoteRow]:
    """Notes on contracts. Mistakes come first: where there are others among them, all that are left out are such."""
    shown = tuple(note for note in report.notes if room.limits or note.kind == "problem")
    more = report.more_notes if len(shown) == len(report.notes) else 0
    return Listing(shown[: room.notes], len(shown) + more)


def first_of(rows: tuple[Row, ...], most: int, more: int = 0) -> Listing[Row]:
    """The first rows; `more` are known to exist besides those given."""
    return Listing(rows[:most], len(rows) + more)


def whys_of(report: Report, most: int, evidence: int) -> Listing[Why]:
    """The first chains of causes, with the first pieces of evidence of each answer."""
    metrics = {metric.name: metric for metric in report.metrics}
    chains = report.status.chains if report.status else ()
    whys = tuple(
        Why(
            chain,
            metrics.get(chain.metric),
            tuple(with_evidence(cause, cause.evidence, evidence, cause.more) for cause in chain.causes),
        )
        for chain in chains[:most]
    )
    return Listing(whys, len(chains))


def with_evidence(row: Row, evidence: tuple[Evidence, ...], most: int, more: int = 0) -> Evidenced[Row]:
    """A row with the first pieces of its evidence; `more` are known to exist besides those given."""
    return Evidenced(row, first_of(evidence, most, more))


def _symbols(symbols: tuple[SymbolRow, ...], room: Room) -> Listing[SymbolPaths]:
    shown = tuple(SymbolPaths(symbol, first_of(symbol.paths, room.paths)) for symbol in symbols[: room.symbols])
    return Listing(shown, len(symbols))


def _findings(found: Arranged, most: int) -> Findings:
    shown = found.rows[:most]
    total = sum(found.counts.values())
    groups: dict[tuple[RuleName, Scope], list[FindingRow]] = {}
    for row in shown:
        groups.setdefault((row.rule, row.scope), []).append(row)
    return Findings(
        groups=tuple(
            Group(rule, kind(rule), scope, found.counts[rule, scope], tuple(rows))
            for (rule, scope), rows in groups.items()
        ),
        counts=tuple(Group(rule, kind(rule), scope, count, ()) for (rule, scope), count in found.counts.items()),
        total=total,
        more=total - len(shown),
        inferred=any(row.inferred for row in shown),
    )


def fitted(
    render: Callable[[Space], str], room: Space, limit: int, least_first: Sequence[str] = _LEAST_FIRST
) -> str | None:
    """The fullest text of at most `limit` bytes, or None where not even one without rows fits.

    Sections (fields of the room) give up rows in turn, the least important first, and each only as many as it must.
    """
    text = render(room)
    for section in least_first:
        if fits(text, limit):
            return text
        most = getattr(room, section)
        room = msgspec.structs.replace(room, **{section: 0})
        text = render(room)
        if fits(text, limit):
            return _fullest(render, room, section, most, limit) or text
    return None


def _fullest(render: Callable[[Space], str], room: Space, section: str, most: int, limit: int) -> str | None:
    """The text with the most rows of one section, of which none fit and `most` do not."""
    best, fit, unfit = None, 0, most
    while unfit - fit > 1:
        rows = (fit + unfit) // 2
        text = render(msgspec.structs.replace(room, **{section: rows}))
        if fits(text, limit):
            best, fit = text, rows
        else:
            unfit = rows
    return best


def fits(text: str, limit: int) -> bool:
    """Whether a text has at most that many bytes, and so at most that many characters."""
    return len(text.encode()) <= limit
