"""Findings and metrics: what a rule says about a snapshot."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final, Literal

import msgspec

from analyzers.tree import Scope

Severity = Literal["low", "medium", "high"]
RuleName = Literal[
    "imports.fragmented",
    "imports.legacy",
    "imports.strings",
    "imports.unresolved",
    "imports.cycles",
    "imports.contracts",
    "ssot.duplicates",
    "ssot.ignores",
    "auth.patterns",
    "auth.implementations",
    "auth.bypass.unverified-signature",
    "auth.bypass.none-algorithm",
    "auth.bypass.algorithm-not-pinned",
    "auth.bypass.expiry-not-checked",
    "auth.bypass.audience-not-checked",
    "auth.bypass.issuer-not-checked",
    "auth.bypass.fail-open",
    "auth.bypass.skip-switch",
    "auth.bypass.hardcoded-secret",
    "auth.bypass.token-comparison",
    "auth.bypass.fallback-user",
    "auth.bypass.tls-not-verified",
    "auth.unprotected",
    "tests.blocked",
    "tests.fixtures",
]
"""What a finding can be a violation of."""
RuleFamily = Literal["auth.bypass"]
"""Rules that are counted together."""
OFF_BY_DEFAULT: Final[frozenset[RuleName]] = frozenset(
    {
        "auth.bypass.unverified-signature",
        "auth.bypass.expiry-not-checked",
        "auth.bypass.audience-not-checked",
        "auth.bypass.issuer-not-checked",
        "auth.bypass.fallback-user",
    }
)
"""Rules that have to be switched on: of what they find in real code less than 90 % was right, or nothing was seen that
could tell (docs/rules.md)."""

MetricName = Literal[
    "imports.fragmented",
    "imports.patterns",
    "imports.canonical_usage",
    "imports.legacy",
    "imports.strings",
    "imports.unresolved",
    "imports.cycles",
    "imports.contracts",
    "ssot.duplicates",
    "ssot.compliance",
    "ssot.ignores",
    "auth.patterns",
    "auth.implementations",
    "auth.bypass",
    "auth.unprotected",
    "tests.blocked",
    "tests.fixtures",
]
"""What is counted: each rule's violations, and figures of their own."""


def family_of(rule: RuleName) -> RuleFamily | RuleName:
    """The family that a rule is counted with; itself where it stands alone."""
    return "auth.bypass" if rule.startswith("auth.bypass.") else rule


class Finding(msgspec.Struct, frozen=True):
    """One violation. In `message`, names from the code stand between backticks."""

    rule: RuleName
    path: str
    line: int
    end_line: int
    symbol: str
    """What the finding is about: a symbol, a legacy module, an auth pattern."""
    detail: str
    """What tells it from other findings on that symbol in that file: the path used, the callee and where."""
    message: str
    severity: Severity
    scope: Scope
    inferred: bool = False
    """The right answer was not given by the policy but taken from the code."""
    about: tuple[str, ...] = ()
    """The paths of the files that it is about besides its own, or, of a cycle, of all: these may move as well."""
    within: str = ""
    """The qualified name of the function or class of its file that it stands in, where that is a part of what it is
    known by: symbol or detail end with it (`analyzers.enclosing`)."""


class Fingerprinted(msgspec.Struct, frozen=True):
    """A finding with the name by which it is known again."""

    fingerprint: str
    finding: Finding


class Metric(msgspec.Struct, frozen=True):
    """A counted figure of one commit. `value` is a number of things, or for a share (unit "%") the part that counts.

    `production` and `tests` split the value. `among` is the denominator, everything that was looked at (import sites,
    files), where there is one. `undecided` counts what the code does not decide; it is in neither of them. Where a
    share is about production alone, `tests` of `tests_among` is that of tests, apart from the value.
    """

    name: MetricName
    value: int
    production: int
    tests: int
    among: int | None = None
    undecided: int = 0
    tests_among: int | None = None


def fingerprinted(findings: Iterable[Finding], renamed_from: Mapping[str, str]) -> tuple[Fingerprinted, ...]:
    """Name findings so that they keep their names when lines move and, given `renamed_from`, when files do.

    The name is a hash of what tells a finding from others, with a running number for equal ones in one file, so that
    two stay two. Lines have no part in it. `renamed_from` maps a path at head to its path at base.
    """
    ordered = sorted(findings, key=lambda finding: (finding.path, finding.line, finding.end_line, finding.rule))
    seen: Counter[tuple[str, ...]] = Counter()
    named: list[Fingerprinted] = []
    for finding in ordered:
        key = identity(finding, renamed_from)
        named.append(Fingerprinted(_hash(*key, str(seen[key])), finding))
        seen[key] += 1
    return tuple(named)


def identity(finding: Finding, renamed_from: Mapping[str, str]) -> tuple[str, ...]:
    """Rule, file, symbol and detail; instead of names of modules the files, where a finding is about several."""
    path = renamed_from.get(finding.path, finding.path)
    about = tuple(renamed_from.get(each, each) for each in finding.about)
    if finding.rule == "imports.cycles" and about:
        first = about.index(min(about))
        return (finding.rule, *about[first:], *about[:first])
    if finding.rule == "ssot.duplicates":
        return (finding.rule, path, finding.symbol)  # of which other one it is told to be a copy may change
    if finding.rule == "tests.blocked":
        return (finding.rule, path, finding.symbol)  # by which ways that is reached may change
    if finding.rule == "tests.fixtures":
        return (finding.rule, path, finding.symbol, finding.detail)  # where else it is defined may change
    return (finding.rule, path, finding.symbol, *(about or (finding.detail,)))


def _hash(*parts: str) -> str:
    joined = "\0".join(parts).encode("utf-8", "surrogateescape")
    return hashlib.sha256(joined).hexdigest()[:20]
