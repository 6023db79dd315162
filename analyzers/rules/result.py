"""What a rule says about one file."""

from __future__ import annotations

import msgspec

from analyzers.findings import Finding


class RuleResult(msgspec.Struct, frozen=True):
    """Findings in one file. `among` is how much was looked at, `undecided` how much the code does not decide."""

    findings: tuple[Finding, ...] = ()
    among: int = 0
    undecided: int = 0
