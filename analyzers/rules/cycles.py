"""imports.cycles: modules that cannot run without one another, so that it matters which is imported first."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from analyzers.findings import Finding
from analyzers.graph import Cycle, Cycles, ModuleGraph
from analyzers.rules.result import RuleResult

_MOST_SHOWN: Final = 8
_LEADS_TO: Final = " → "


def cycles(graph: ModuleGraph, found: Cycles | None = None) -> RuleResult:
    """One finding for each cycle of the graph, or for each of those found already; at the import that begins it."""
    found = graph.cycles if found is None else found
    return RuleResult(tuple(_findings(graph, found)), undecided=found.more)


def _findings(graph: ModuleGraph, found: Cycles) -> Iterator[Finding]:
    for cycle in found.cycles:
        first = graph.modules[cycle[0]]
        line = graph.line(cycle[0], cycle[1], running=True)
        yield Finding(
            rule="imports.cycles",
            path=first.path,
            line=line,
            end_line=line,
            symbol=_LEADS_TO.join(_shortened(cycle)),
            detail=cycle_detail(cycle),
            message=_message(cycle),
            severity="medium",
            scope=first.scope,
            about=tuple(graph.modules[module].path for module in cycle),
        )


def cycle_detail(cycle: Cycle) -> str:
    """What tells a cycle from all others: the whole of it."""
    return _LEADS_TO.join((*cycle, cycle[0]))


def cycle_size(detail: str) -> int:
    """How many modules the cycle has that a detail tells of."""
    return detail.count(_LEADS_TO)


def _shortened(cycle: Cycle) -> tuple[str, ...]:
    if len(cycle) <= _MOST_SHOWN:
        return (*cycle, cycle[0])
    return (*cycle[:_MOST_SHOWN], "…", cycle[0])


def _message(cycle: Cycle) -> str:
    """`a` imports `b`, which imports `c`, which imports `a`."""
    shown = cycle[:_MOST_SHOWN]
    left_out = len(cycle) - len(shown)
    told = "".join(f", which imports `{module}`" for _, module in pairwise(shown[1:]))
    end = f", and {left_out} more modules lead back to `{cycle[0]}`" if left_out else f", which imports `{cycle[0]}`"
    return f"import cycle of {len(cycle)} modules: `{shown[0]}` imports `{shown[1]}`{told}{end}"
