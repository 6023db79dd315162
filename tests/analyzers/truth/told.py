"""Findings in the terms that the recount and the engine are compared by."""

from __future__ import annotations

from typing import NamedTuple

from analyzers.findings import Finding


class Told(NamedTuple):
    """One finding. Its wording is no matter of the recount's."""

    rule: str
    path: str
    line: int
    symbol: str
    detail: str
    tests: bool
    inferred: bool = False


def as_told(finding: Finding) -> Told:
    """A finding of the engine."""
    tests = finding.scope == "tests"
    return Told(finding.rule, finding.path, finding.line, finding.symbol, finding.detail, tests, finding.inferred)
