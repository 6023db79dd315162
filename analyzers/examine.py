"""Examining one file: all that it contributes to an audit, however many files the rest of the repository has.

What it says depends on the file itself, on the policy, and on answers of the resolver, which are noted down: as long as
none of them changes, neither does the contribution.
"""

from __future__ import annotations

import msgspec

from analyzers.facts import FileFacts, Ignore, ImportFact, Use
from analyzers.findings import Finding, MetricName
from analyzers.graph import Edge, edges_of
from analyzers.policy import Policy
from analyzers.reading.scopes import OWN
from analyzers.resolve import Resolver
from analyzers.rules.auth import AuthSite, AuthTerms, auth_sites
from analyzers.rules.duplicates import DefinitionSite, definitions_of
from analyzers.rules.legacy import ShimImport, legacy, shim_imports
from analyzers.rules.result import RuleResult
from analyzers.rules.sites import ImportSite, sites_of
from analyzers.rules.strings import string_sites, strings
from analyzers.rules.unresolved import unresolved
from analyzers.snapshot import SourceFile, absolute_module, readable


class Terms(msgspec.Struct, frozen=True):
    """What files are examined by."""

    policy: Policy
    resolver: Resolver
    auth: AuthTerms
    externals: frozenset[str] = frozenset()
    """Top-level names of other distributions that contracts are about."""


class Examined(msgspec.Struct, frozen=True, array_like=True):
    """What one file contributes.

    `findings` are those that need no other file's contribution. `asked` are the questions, as (module, name), whose
    answers all this depends on.
    """

    sites: tuple[ImportSite, ...] = ()
    strings: tuple[ImportSite, ...] = ()
    shims: tuple[ShimImport, ...] = ()
    auth: tuple[AuthSite, ...] = ()
    edges: tuple[Edge, ...] = ()
    definitions: tuple[DefinitionSite, ...] = ()
    findings: tuple[Finding, ...] = ()
    among: dict[MetricName, int] = {}
    undecided: dict[MetricName, int] = {}
    ignores: tuple[Ignore, ...] = ()
    asked: tuple[tuple[str, str], ...] = ()


def heads_of(file: SourceFile, terms: Terms) -> frozenset[str]:
    """The names in a file whose uses can matter to a rule: modules of this repository, and what may validate."""
    facts = readable(file)
    if facts is None:
        return frozenset()
    heads = {fact.binds for fact in facts.imports if fact.name != "*" and _matters(fact, file, terms)}
    if file.module in terms.auth.homes:
        heads.add(OWN)
    return frozenset(heads)


def _matters(fact: ImportFact, file: SourceFile, terms: Terms) -> bool:
    module = absolute_module(fact, file)
    if not module:
        return False
    if fact.name is None:
        bound = module if fact.alias is not None else fact.binds
        return terms.resolver.is_first_party(bound) or terms.auth.may_lead(bound)
    dotted = f"{module}.{fact.name}"
    if not terms.resolver.is_first_party(module):
        return terms.auth.may_lead(dotted)
    if terms.resolver.resolve(module, fact.name).outcome == "module":
        return True
    return terms.auth.may_lead(dotted) or terms.auth.may_lead(terms.resolver.defined_as(dotted))


def examine(file: SourceFile, terms: Terms, uses: tuple[Use, ...]) -> Examined:
    """Everything that one file says by itself; nothing where it could not be read.

    `uses` are those of the names that `heads_of` asks for.
    """
    facts = readable(file)
    if facts is None:
        return Examined()
    resolver = terms.resolver
    with resolver.asking() as asked:
        heads_of(file, terms)
        sites = sites_of(file, facts, uses, resolver)
        named = string_sites(file, facts, resolver)
        shims = shim_imports(file, facts, resolver) if terms.policy.applies("imports.legacy") else ()
        auth = auth_sites(file, uses, resolver, terms.auth)
        edges = edges_of(file, facts, resolver, terms.externals)
        results = _results(file, facts, terms)
    return Examined(
        sites=sites,
        strings=named,
        shims=shims,
        auth=auth,
        edges=edges,
        definitions=definitions_of(file, facts),
        findings=tuple(finding for result in results.values() for finding in result.findings),
        among={name: result.among for name, result in results.items() if result.among},
        undecided={name: result.undecided for name, result in results.items() if result.undecided},
        ignores=facts.ignores,
        asked=tuple(sorted(asked)),
    )


def _results(file: SourceFile, facts: FileFacts, terms: Terms) -> dict[MetricName, RuleResult]:
    policy, resolver = terms.policy, terms.resolver
    results: dict[MetricName, RuleResult] = {}
    if policy.applies("imports.legacy"):
        results["imports.legacy"] = legacy(file, facts, resolver, policy)
    if policy.applies("imports.strings"):
        results["imports.strings"] = strings(file, facts, resolver)
    if policy.applies("imports.unresolved"):
        results["imports.unresolved"] = unresolved(file, facts, resolver)
    return results
