"""The audit of one commit: a snapshot and a policy give findings and metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from analyzers.findings import Finding, Metric, RuleName
from analyzers.policy import Policy
from analyzers.resolve import Resolver
from analyzers.rules.auth import AuthPaths, auth_paths, other_patterns
from analyzers.rules.imports import (
    CanonicalPath,
    ImportSites,
    Symbol,
    SymbolPaths,
    canonical_paths,
    fragmented,
    legacy,
    symbol_paths,
)
from analyzers.snapshot import Snapshot


class Inferred(msgspec.Struct, frozen=True):
    """What was inferred at one commit, to measure its descendants by."""

    paths: Mapping[Symbol, CanonicalPath] = {}
    auth: str | None = None


class Audit(msgspec.Struct, frozen=True):
    """Everything the rules say about one commit."""

    findings: tuple[Finding, ...]
    metrics: tuple[Metric, ...]
    symbols: tuple[SymbolPaths, ...]
    auth: AuthPaths
    inferred: Inferred


def audit(snapshot: Snapshot, policy: Policy, before: Inferred | None = None) -> Audit:
    """Apply every rule. `before` is what was inferred at the base commit, where there is one."""
    before = before or Inferred()
    resolver = Resolver(snapshot)
    sites = ImportSites(snapshot, resolver)
    canonical = canonical_paths(sites, resolver, policy, before.paths)
    symbols = symbol_paths(sites, resolver, canonical)
    auth = auth_paths(snapshot, resolver, policy, before.auth)
    strays = list(fragmented(symbols))
    outdated = list(legacy(snapshot, policy))
    others = list(other_patterns(auth))
    return Audit(
        findings=tuple(sorted([*strays, *outdated, *others], key=_place)),
        metrics=(
            _count_sites("imports.fragmented", strays, sum(len(symbol.sites) for symbol in symbols)),
            _count_sites("imports.legacy", outdated, None),
            _count_symbols("auth.patterns", others, len(auth.sites)),
        ),
        symbols=symbols,
        auth=auth,
        inferred=Inferred(canonical, auth.canonical if auth.inferred else None),
    )


def _place(finding: Finding) -> tuple[str, int, str, str, str]:
    return finding.path, finding.line, finding.rule, finding.symbol, finding.detail


def _count_sites(name: RuleName, findings: Iterable[Finding], sites: int | None) -> Metric:
    scopes = [finding.scope for finding in findings]
    return Metric(name, len(scopes), scopes.count("production"), scopes.count("tests"), sites)


def _count_symbols(name: RuleName, findings: Iterable[Finding], sites: int | None) -> Metric:
    """Distinct symbols; one that production uses counts there, so that the two parts add up."""
    production = {finding.symbol for finding in findings if finding.scope == "production"}
    tests = {finding.symbol for finding in findings} - production
    return Metric(name, len(production) + len(tests), len(production), len(tests), sites)
