"""Where the findings of a metric are: cut by symbol, by the odd module path, by pattern and by folder.

Every finding is counted once in each cut, under one name. A cut in which each name has one finding says nothing that a
list does not, and is left out.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Literal

from analyzers.catalogue import metric_of
from analyzers.findings import MetricName
from analyzers.folders import OF_ONE, folder_of, folders_of
from analyzers.history import Traced
from analyzers.report import FindingRow, Report
from analyzers.status import Breakdown, Share
from analyzers.tree import Scope

MOST_SHARES: Final = 10

_Cut = Literal["symbol", "module", "folder", "pattern"]
_Named = Callable[[FindingRow], str | None]

_BY_NAME: Final[Mapping[MetricName, _Cut]] = {"imports.legacy": "module", "auth.patterns": "pattern"}
"""What the symbol of a finding is, where it is no symbol."""


def breakdowns_of(
    report: Report, metrics: Iterable[MetricName], traced: Iterable[Traced] = ()
) -> tuple[Breakdown, ...]:
    """The cuts of each of these metrics that has findings.

    The odd module paths are told by the details of `traced` findings, and left out where one of them is not there.
    """
    rows: dict[MetricName, list[FindingRow]] = defaultdict(list)
    for row in report.standing:
        rows[metric_of(row.rule)].append(row)
    details = {each.fingerprint: each.finding.detail for each in traced}
    return tuple(each for metric in metrics for each in _cuts(metric, rows[metric], report, details))


def _cuts(
    metric: MetricName, rows: Sequence[FindingRow], report: Report, details: Mapping[str, str]
) -> Iterator[Breakdown]:
    if metric == "imports.fragmented":
        labels = _Symbols(report, details)
        yield from _cut(metric, "symbol", rows, labels.name)
        yield from _cut(metric, "module", rows, lambda row: details.get(row.fingerprint))
    elif metric != "imports.cycles":  # a cycle is one symbol
        yield from _cut(metric, _BY_NAME.get(metric, "symbol"), rows, lambda row: row.symbol)
    paths = [row.place.path for row in rows]
    folders = dict(zip(paths, folders_of(paths, _depth(paths)), strict=True))
    yield from _cut(metric, "folder", rows, lambda row: folders[row.place.path] or OF_ONE)


def _cut(metric: MetricName, by: _Cut, rows: Sequence[FindingRow], named: _Named) -> Iterator[Breakdown]:
    found: Counter[str] = Counter()
    parts: Counter[tuple[str, Scope]] = Counter()
    for row in rows:
        name = named(row)
        if name is None:
            return
        found[name] += 1
        parts[name, row.scope] += 1
    ordered = sorted(found, key=lambda name: (-found[name], name))
    if not ordered or found[ordered[0]] == 1:
        return
    shares = tuple(Share(name, parts[name, "production"], parts[name, "tests"]) for name in ordered[:MOST_SHARES])
    rest = ordered[MOST_SHARES:]
    yield Breakdown(metric, by, shares, len(rest), sum(found[name] for name in rest))


class _Symbols:
    """Names of symbols; with the canonical module before them where several symbols have the same."""

    def __init__(self, report: Report, details: Mapping[str, str]) -> None:
        self._details = details
        self._of_name: dict[str, set[str]] = defaultdict(set)
        self._of_path: dict[tuple[str, str], set[str]] = defaultdict(set)
        for symbol in report.symbols:
            self._of_name[symbol.name].add(symbol.canonical)
            for path in symbol.paths:
                reached = path.module if path.name is None else f"{path.module}.{path.name}"
                self._of_path[symbol.name, reached].add(symbol.canonical)

    def name(self, row: FindingRow) -> str:
        """What a finding's symbol is called. Where the path does not tell which one it is, its name alone."""
        meant = self._of_path.get((row.symbol, self._details.get(row.fingerprint, "")), set())
        if len(self._of_name.get(row.symbol, ())) < 2 or len(meant) != 1:
            return row.symbol
        return f"{min(meant)}.{row.symbol}"


def _depth(paths: Sequence[str]) -> int:
    """How many leading folders tell findings apart: two, or three where one pair of them has more than half of all and
    the third takes it apart.
    """
    pairs, triples = (Counter(folder_of(path, depth) for path in paths) for depth in (2, 3))
    most = max(pairs.values(), default=0)
    return 3 if 2 * most > len(paths) and max(triples.values()) < most else 2
