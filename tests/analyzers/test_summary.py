"""Summaries: what a report is told, in short and as a whole."""

from __future__ import annotations

from analyzers.summary import MOST_SYMBOLS, outcome_of_state
from tests.analyzers.trees import audit_of

NAMES = [f"S{number:02}" for number in range(MOST_SYMBOLS + 2)]
FILES = {
    "pkg/__init__.py": "".join(f"from pkg.core import {name}\n" for name in NAMES),
    "pkg/core.py": "".join(f"class {name}: ...\n" for name in NAMES),
    "app.py": "".join(f"from pkg import {name}\nfrom pkg.core import {name} as Two{name}\n" for name in NAMES),
}


def test_a_report_in_short_counts_the_symbols_that_it_leaves_out() -> None:
    audited = audit_of(FILES)
    short, whole = outcome_of_state(audited), outcome_of_state(audited, whole=True)

    assert (len(short.symbols), short.more_symbols) == (MOST_SYMBOLS, 2)
    assert [entry.symbol.name for entry in whole.symbols] == NAMES
    assert whole.more_symbols == 0


def test_the_whole_table_adds_up_to_the_metric() -> None:
    outcome = outcome_of_state(audit_of(FILES), whole=True)
    (patterns,) = (metric.value for metric in outcome.metrics if metric.name == "imports.patterns")

    assert patterns == sum(len(entry.paths) - 1 for entry in outcome.symbols) == len(NAMES)
