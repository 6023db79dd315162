"""Examining one file: all that it contributes to an audit, however many files the rest of the repository has.

What it says depends on the file itself, on the policy, and on answers of the resolver, which are noted down: as long as
none of them changes, neither does the contribution.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Final

import msgspec

from analyzers.code import Code
from analyzers.collection import CollectionRules
from analyzers.facts import FileFacts, Ignore, Use
from analyzers.findings import Finding, MetricName
from analyzers.graph import Edge, edges_of
from analyzers.outline import Class, Def, statements_in
from analyzers.policy import Policy
from analyzers.project import EntryPoint
from analyzers.reading.scopes import OWN
from analyzers.reading.seen import ANY_RECEIVER
from analyzers.resolve import Key, Resolver
from analyzers.rules.auth.gate import is_looked_into
from analyzers.rules.auth.implementations import Check, Override, checks_in, overrides_in
from analyzers.rules.auth.sites import AuthSite, merged, outlined_sites, unverified_lines, used_sites
from analyzers.rules.auth.terms import AuthTerms
from analyzers.rules.auth.wrappers import Wrapper, wrappers_in
from analyzers.rules.bypass.findings import bypasses
from analyzers.rules.duplicates import DefinitionSite, definitions_of
from analyzers.rules.endpoints.model import Survey
from analyzers.rules.endpoints.reach import Reach
from analyzers.rules.endpoints.survey import survey
from analyzers.rules.imported import Imported, first_party_imports
from analyzers.rules.legacy import ShimImport, legacy, shim_imports
from analyzers.rules.result import RuleResult
from analyzers.rules.sites import ImportSite, sites_of
from analyzers.rules.strings import entry_point_sites, entry_points, string_sites, strings
from analyzers.rules.testing.fixtures import NO_KIT, Kit, kit_of
from analyzers.rules.testing.loading import NOTHING, Loading, loading_of
from analyzers.rules.unresolved import unresolved
from analyzers.snapshot import SourceFile, readable
from analyzers.tree import Scope


class Terms(msgspec.Struct, frozen=True):
    """What files are examined by."""

    policy: Policy
    resolver: Resolver
    auth: AuthTerms
    code: Code
    reach: Reach
    externals: frozenset[str] = frozenset()
    """Top-level names of other distributions that contracts are about."""
    collection: CollectionRules = CollectionRules()
    is_last: bool = False
    """Nothing is gone on from here, so that nobody need know which file asked what."""


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
    wrappers: tuple[Wrapper, ...] = ()
    overrides: tuple[Override, ...] = ()
    checks: tuple[Check, ...] = ()
    served: Survey = Survey()
    loading: Loading = NOTHING
    kit: Kit = NO_KIT


class Inside(msgspec.Struct, frozen=True, array_like=True):
    """What a file's outline says; of a production file also the names and lines of its top-level definitions."""

    sites: tuple[AuthSite, ...] = ()
    wrappers: tuple[Wrapper, ...] = ()
    overrides: tuple[Override, ...] = ()
    findings: tuple[Finding, ...] = ()
    served: Survey = Survey()
    unverified: tuple[tuple[int, int], ...] = ()
    asked: frozenset[Key] = frozenset()
    definitions: tuple[tuple[str, int], ...] = ()


class Questions(msgspec.Struct, frozen=True):
    """A file's imports, resolved, the names whose uses matter, and the questions that it took to find out."""

    imports: tuple[Imported, ...] = ()
    heads: frozenset[str] = frozenset()
    asked: frozenset[Key] = frozenset()
    is_looked_into: bool = False
    """Its outline matters."""


def questions_of(file: SourceFile, terms: Terms) -> Questions:
    """What has to be known of a file before it is examined.

    The uses of modules of this repository matter, and those of what may validate.
    """
    facts = readable(file)
    if facts is None:
        return Questions()
    with terms.resolver.asking() as asked:
        imports = first_party_imports(file, facts, terms.resolver)
        heads = {imported.fact.binds for imported in imports if _matters(imported, terms)}
    heads.update(fact.binds for fact, dotted in terms.auth.begun_by(facts.imports) if terms.auth.may_lead(dotted))
    if file.module in terms.auth.homes:
        heads.add(OWN)
    heads.update(f"{ANY_RECEIVER}{method}" for method in terms.auth.methods)
    looked_into = terms.policy.is_about_auth and is_looked_into(file, imports, terms.auth)
    return Questions(imports, frozenset(heads), frozenset(asked), looked_into)


def _matters(imported: Imported, terms: Terms) -> bool:
    fact, module, resolution = imported
    if module is None or fact.name == "*":
        return False
    if resolution is None or resolution.outcome == "module":
        return True
    if not terms.auth.leading:
        return False
    dotted = f"{module}.{fact.name}"
    return terms.auth.may_lead(dotted) or terms.auth.may_lead(terms.resolver.defined_as(dotted))


def examine(file: SourceFile, terms: Terms, questions: Questions, uses: tuple[Use, ...]) -> Examined:
    """Everything that one file says by itself; nothing where it could not be read.

    `uses` are those of the names that the questions ask for.
    """
    facts = readable(file)
    if facts is None:
        return Examined()
    resolver, imports = terms.resolver, questions.imports
    with resolver.asking() as asked:
        sites = sites_of(file, imports, uses, resolver)
        named = string_sites(file, facts, resolver)
        shims = shim_imports(file, imports, resolver) if terms.policy.applies("imports.legacy") else ()
        auth = merged(used_sites(file, uses, resolver, terms.auth))
        edges = edges_of(file, facts, imports, resolver, terms.externals)
        results = _results(file, facts, imports, terms)
        loading = _loading(file, facts, imports, terms, results)
    among = {name: result.among for name, result in results.items() if result.among}
    return Examined(
        sites=sites,
        strings=named,
        shims=shims,
        auth=auth,
        edges=edges,
        definitions=definitions_of(file, facts),
        findings=tuple(finding for result in results.values() for finding in result.findings),
        among={**among, "tests.blocked": 1} if loading.is_test else among,
        undecided={name: result.undecided for name, result in results.items() if result.undecided},
        ignores=facts.ignores,
        asked=() if terms.is_last else tuple(questions.asked | asked),
        loading=loading,
        kit=kit_of(file, facts, terms.collection) if terms.policy.applies("tests.fixtures") else NO_KIT,
    )


def examine_settings(points: Sequence[EntryPoint], scope: Scope, terms: Terms) -> Examined:
    """What the entry points in one file of settings say. What they ask is not noted down: they are asked each time."""
    result = entry_points(points, scope, terms.resolver)
    named = frozenset(entry.name for entry in terms.policy.symbols)
    return Examined(
        strings=entry_point_sites(points, scope, named, terms.resolver),
        findings=result.findings,
        among={"imports.strings": result.among},
        undecided={"imports.strings": result.undecided},
    )


_Part = Callable[[SourceFile, Terms], tuple[object, ...]]


def _bypasses(file: SourceFile, terms: Terms) -> tuple[Finding, ...]:
    return tuple(bypasses(file, terms.code, terms.auth, terms.policy))


def _survey(file: SourceFile, terms: Terms) -> tuple[Survey]:
    return (survey(file, terms.code, terms.auth, terms.reach),)


_PARTS: Final[Mapping[str, _Part]] = {
    "wrappers": lambda file, terms: wrappers_in(file, terms.code, terms.auth),
    "sites": lambda file, terms: tuple(outlined_sites(file, terms.code, terms.auth)),
    "overrides": lambda file, terms: overrides_in(file, terms.code, terms.auth),
    "unverified": lambda file, terms: tuple(unverified_lines(file, terms.code, terms.auth)),
    "findings": _bypasses,
    "served": _survey,
}
"""What an outline is asked, by the field of `Inside` that holds the answer."""
_IN_TESTS: Final = ("unverified", "findings")
"""What matters in tests."""


class Looked:
    """One file, looked into: what was asked of its outline, as far as all outlines were at hand that this led to."""

    def __init__(self, file: SourceFile, terms: Terms) -> None:
        self.file = file
        self._terms = terms
        off = () if terms.policy.applies("auth.unprotected") else ("served",)
        self._open = [part for part in (_IN_TESTS if file.scope == "tests" else _PARTS) if part not in off]
        self._answers: dict[str, tuple[object, ...]] = {}
        self._asked: set[Key] = set()
        self.is_whole = True
        """No outline was missing in the end, and the code did not lead too deep."""

    def look(self, *, again: bool = True) -> bool:
        """Ask what is open; whether something is still, since outlines are missing. With `again` off nothing is."""
        code = self._terms.code
        waiting: list[str] = []
        for part in self._open:
            misses = code.misses
            with self._terms.resolver.asking() as asked:
                answer = self._answer(part)
            if code.misses > misses and again:
                waiting.append(part)
            else:
                self.is_whole = self.is_whole and code.misses == misses
                self._answers[part] = answer
                self._asked |= asked
        self._open = waiting
        return bool(waiting)

    def _answer(self, part: str) -> tuple[object, ...]:
        """The answer to one question; an empty one where the code leads too deep for that."""
        try:
            return _PARTS[part](self.file, self._terms)
        except RecursionError:
            self.is_whole = False  # how deep is too deep depends on who asks
            return (Survey(),) if part == "served" else ()

    @cached_property
    def inside(self) -> Inside:
        """What the outline says."""
        (served,) = self._answers.pop("served", (Survey(),))
        body = self._terms.code.outline(self.file).body if self.file.scope == "production" else ()
        definitions = tuple((each.name, each.line) for each in statements_in(body) if isinstance(each, Def | Class))
        found = Inside(asked=frozenset(self._asked), definitions=definitions)
        return msgspec.structs.replace(found, served=served, **self._answers)


def with_inside(file: SourceFile, examined: Examined, inside: Inside, terms: Terms) -> Examined:
    """What a file contributes, with what its outline says."""
    unverified = set(inside.unverified)
    used = (site for site in examined.auth if (site.line, site.end_line) not in unverified)
    sites = merged(used, inside.sites)
    return msgspec.structs.replace(
        examined,
        auth=sites,
        checks=checks_in(inside.definitions, sites),
        wrappers=inside.wrappers,
        overrides=inside.overrides,
        served=inside.served,
        findings=(*examined.findings, *inside.findings),
        among={**examined.among, "auth.bypass": 1},
        asked=() if terms.is_last else tuple({*examined.asked, *inside.asked}),
    )


def _results(
    file: SourceFile, facts: FileFacts, imports: tuple[Imported, ...], terms: Terms
) -> dict[MetricName, RuleResult]:
    policy, resolver = terms.policy, terms.resolver
    results: dict[MetricName, RuleResult] = {}
    if policy.applies("imports.legacy"):
        results["imports.legacy"] = legacy(file, facts, imports, resolver, policy)
    if policy.applies("imports.strings"):
        results["imports.strings"] = strings(file, facts, resolver)
    if policy.applies("imports.unresolved"):
        results["imports.unresolved"] = unresolved(file, facts, imports, resolver)
    return results


def _loading(
    file: SourceFile,
    facts: FileFacts,
    imports: tuple[Imported, ...],
    terms: Terms,
    results: Mapping[MetricName, RuleResult],
) -> Loading:
    """What importing a file comes to, where a rule asks for that."""
    if not terms.policy.applies("tests.blocked"):
        return NOTHING
    known = results.get("imports.unresolved")
    found = unresolved(file, facts, imports, terms.resolver) if known is None else known
    return loading_of(file, facts, found.findings, terms.resolver, terms.collection)
