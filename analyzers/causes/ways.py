"""By which way each finding about imports goes: the module that is not wanted, and what is wanted in its place."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from analyzers.causes.answers import MOST_NAMES
from analyzers.causes.model import Inquiry
from analyzers.causes.wording import named
from analyzers.history import Traced
from analyzers.outcome import PathCount, SymbolCount
from analyzers.rules.sites import PathRole


class Way(msgspec.Struct, frozen=True):
    """The symbol that a finding is about, and the path by which it is reached there."""

    symbol: SymbolCount
    path: PathCount

    @property
    def role(self) -> PathRole:
        """Why the path works."""
        return self.path.role


def ways_of(inquiry: Inquiry) -> dict[str, Way]:
    """The ways of findings off the canonical path, by fingerprint. What could be more than one has none."""
    known: dict[tuple[str, str], list[Way]] = defaultdict(list)
    for symbol in inquiry.symbols:
        for path in symbol.paths:
            known[symbol.symbol.name, _detail(symbol, path)].append(Way(symbol, path))
    found: dict[str, Way] = {}
    for traced in inquiry.findings:
        finding = traced.finding
        ways = known.get((finding.symbol, finding.detail), ()) if finding.rule == "imports.fragmented" else ()
        meant = [way for way in ways if finding.message.endswith(f"`{way.symbol.canonical}`")]
        if len(meant) == 1:
            found[traced.fingerprint] = meant[0]
    return found


def _detail(symbol: SymbolCount, path: PathCount) -> str:
    """What a finding says of the path that it goes by (`analyzers.rules.fragmented.stray_finding`)."""
    return path.module if path.name == symbol.symbol.name else f"{path.module}.{path.name}"


def others_of(ways: Iterable[Way]) -> str:
    """What one gets by misnomers, by its own names; empty where none is among the ways."""
    others = sorted({way.path.own for way in ways if way.role == "misnomer"})
    return named(others, MOST_NAMES, ("thing", "things")) if others else ""


def odd_module(traced: Traced, ways: dict[str, Way]) -> str:
    """The module that a finding about imports goes through, where that is not wanted; empty for other findings."""
    finding = traced.finding
    if finding.rule == "imports.fragmented":
        way = ways.get(traced.fingerprint)
        is_renamed = " is another name of " in finding.message
        own = finding.detail.rpartition(".")[0] if is_renamed else finding.detail
        return own if way is None else way.path.module
    return finding.symbol if finding.rule == "imports.legacy" else ""


def is_of_shim(traced: Traced) -> bool:
    """Whether a finding about a legacy module says that it does nothing but hand on names."""
    message = traced.finding.message
    return " (it only re-exports); " in message or " and it only re-exports, " in message


def wanted_modules(inquiry: Inquiry) -> dict[str, str]:
    """The module that is wanted in its place, by fingerprint of the finding, where one is known."""
    ways = ways_of(inquiry)
    wanted = {fingerprint: way.symbol.canonical for fingerprint, way in ways.items()}
    use = {entry.module: entry.use for entry in inquiry.policy.legacy if entry.use is not None}
    for traced in inquiry.findings:
        instead = use.get(traced.finding.symbol) if traced.finding.rule == "imports.legacy" else None
        if instead is not None:
            wanted[traced.fingerprint] = instead
    return wanted
