"""imports.fragmented and imports.legacy: symbols reached by more than one path, and modules on their way out."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping

import msgspec

from analyzers.facts import ImportFact
from analyzers.findings import Finding
from analyzers.policy import LegacyPolicy, Policy
from analyzers.resolve import Definition, Resolver
from analyzers.snapshot import Snapshot, SourceFile, absolute_module, readable


class ImportSite(msgspec.Struct, frozen=True):
    """One place where one name is imported from a first-party module (`module` is absolute)."""

    file: SourceFile
    fact: ImportFact
    module: str
    name: str


class Symbol(msgspec.Struct, frozen=True):
    """What is imported: a name, and the definition that it leads to.

    One definition under two names (`Old = New`) makes two symbols: whoever imports `Old` asked for that name.
    """

    name: str
    definition: Definition


class CanonicalPath(msgspec.Struct, frozen=True):
    """The module from which a symbol is to be imported, by the policy or by inference."""

    symbol: Symbol
    module: str
    inferred: bool


class SymbolPaths(msgspec.Struct, frozen=True):
    """A symbol with all its import sites, and which of them stray from its canonical path."""

    canonical: CanonicalPath
    sites: tuple[ImportSite, ...]
    strays: tuple[ImportSite, ...]

    @property
    def paths(self) -> Counter[str]:
        """Sites by the module that they import from."""
        return Counter(site.module for site in self.sites)


class ImportSites:
    """Every import of a first-party name in a snapshot, by symbol and by name."""

    def __init__(self, snapshot: Snapshot, resolver: Resolver) -> None:
        self.by_symbol: dict[Symbol, list[ImportSite]] = defaultdict(list)
        self.by_name: dict[str, list[ImportSite]] = defaultdict(list)
        for site in _sites(snapshot):
            resolution = resolver.resolve(site.module, site.name)
            if resolution.outcome == "missing" and snapshot.module(site.module.partition(".")[0]) is None:
                continue  # a folder of scripts, and an installed package of that name that comes before it (PEP 420)
            self.by_name[site.name].append(site)
            if resolution.definition is not None:
                self.by_symbol[Symbol(site.name, resolution.definition)].append(site)


def _sites(snapshot: Snapshot) -> Iterator[ImportSite]:
    for file in snapshot:
        facts = readable(file)
        for fact in facts.imports if facts else ():
            if fact.name is None or fact.name == "*":
                continue
            module = absolute_module(fact, file)
            if module and snapshot.is_first_party(module):
                yield ImportSite(file, fact, module, fact.name)


def canonical_paths(
    sites: ImportSites, resolver: Resolver, policy: Policy, before: Mapping[Symbol, CanonicalPath]
) -> dict[Symbol, CanonicalPath]:
    """The canonical path of every symbol that has one: those of the policy, then, if it asks for it, inferred ones.

    `before` are the paths of the base commit: an inferred one stays as long as it works, so that a pull request is
    measured by what stood before it and not by the majority that it makes itself.
    """
    chosen: dict[Symbol, CanonicalPath] = {}
    for wanted in policy.symbols:
        place = Definition(wanted.canonical, wanted.name)
        symbol = Symbol(wanted.name, resolver.resolve(place.module, place.name).definition or place)
        chosen[symbol] = CanonicalPath(symbol, wanted.canonical, inferred=False)
    if policy.infers:
        for symbol, found in sites.by_symbol.items():
            if symbol not in chosen:
                chosen[symbol] = _infer(symbol, found, resolver, before.get(symbol))
    return chosen


def _infer(
    symbol: Symbol, sites: Iterable[ImportSite], resolver: Resolver, before: CanonicalPath | None
) -> CanonicalPath:
    """The path that most sites use; of equal ones the defining module, then the first by name."""
    sites = list(sites)
    links = _links(sites, resolver)
    votes = Counter(site.module for site in sites if site.file.module not in links)
    if before is not None and votes[before.module]:
        return before
    home = symbol.definition.module
    best = min(votes, key=lambda module: (-votes[module], module != home, module), default=home)
    return CanonicalPath(symbol, best, inferred=True)


def _links(sites: Iterable[ImportSite], resolver: Resolver) -> frozenset[str]:
    """Modules that hand the symbol on to others: their own imports of it are not uses."""
    paths = {(site.module, site.name) for site in sites}
    chains = (resolver.resolve(module, name).chain for module, name in paths)
    return frozenset(place.module for chain in chains for place in chain)


def symbol_paths(
    sites: ImportSites, resolver: Resolver, canonical: Mapping[Symbol, CanonicalPath]
) -> tuple[SymbolPaths, ...]:
    """Each symbol that has a canonical path, with its sites and its strays, in the order of their names.

    A symbol that the policy names is watched by its very name, whatever first-party module it comes from: a second
    definition of it is one more path. An inferred one is followed to its definition.
    """
    found: list[SymbolPaths] = []
    for symbol, path in canonical.items():
        of_symbol = sites.by_symbol[symbol] if path.inferred else sites.by_name.get(symbol.name, [])
        found.append(SymbolPaths(path, tuple(of_symbol), tuple(_strays(path, of_symbol, resolver))))
    return tuple(sorted(found, key=lambda paths: _order(paths.canonical.symbol)))


def _order(symbol: Symbol) -> tuple[str, str, str]:
    return symbol.name, symbol.definition.module, symbol.definition.name


def _strays(path: CanonicalPath, sites: Iterable[ImportSite], resolver: Resolver) -> Iterator[ImportSite]:
    """Sites that go round the canonical path.

    Never the modules that the canonical path itself leads through: they cannot import from themselves. Where the
    canonical path is inferred, nor the modules inside its package: importing one's own package from within is a cycle.
    """
    plumbing = {place.module for place in resolver.resolve(path.module, path.symbol.name).chain}
    for site in sites:
        inside = f"{site.file.module}.".startswith(f"{path.module}.")
        if site.module != path.module and site.file.module not in plumbing and not (path.inferred and inside):
            yield site


def fragmented(paths: Iterable[SymbolPaths]) -> Iterator[Finding]:
    """imports.fragmented: an import site of a symbol by another path than its canonical one."""
    for symbol in paths:
        canonical, name = symbol.canonical, symbol.canonical.symbol.name
        instead = "most sites import it from" if canonical.inferred else "its canonical module is"
        for site in symbol.strays:
            yield Finding(
                rule="imports.fragmented",
                path=site.file.path,
                line=site.fact.line,
                end_line=site.fact.end_line,
                symbol=name,
                detail=site.module,
                message=f"`{name}` is imported from `{site.module}`; {instead} `{canonical.module}`",
                severity="medium",
                scope=site.file.scope,
                inferred=canonical.inferred,
            )


def legacy(snapshot: Snapshot, policy: Policy) -> Iterator[Finding]:
    """imports.legacy: an import of a module, or of something from it, that the policy lists as legacy."""
    listed = {entry.module: entry for entry in policy.legacy}
    if not listed:
        return
    for file in snapshot:
        facts = readable(file)
        for fact in facts.imports if facts else ():
            module = absolute_module(fact, file)
            entry = _listed(module, fact.name, listed)
            if entry is not None and not _is_inside(file, entry.module):
                yield _legacy_finding(file, fact, entry)


def _listed(module: str | None, name: str | None, listed: Mapping[str, LegacyPolicy]) -> LegacyPolicy | None:
    """The nearest entry: for `from a import b` also `a.b`, for `a.b.c` also its parents `a.b` and `a`."""
    dotted = f"{module}.{name}" if module and name else module
    while dotted:
        if dotted in listed:
            return listed[dotted]
        dotted = dotted.rpartition(".")[0]
    return None


def _is_inside(file: SourceFile, module: str) -> bool:
    return f"{file.module}.".startswith(f"{module}.")


def _legacy_finding(file: SourceFile, fact: ImportFact, entry: LegacyPolicy) -> Finding:
    instead = f"; use `{entry.use}`" if entry.use else ""
    reason = f" ({entry.reason})" if entry.reason else ""
    return Finding(
        rule="imports.legacy",
        path=file.path,
        line=fact.line,
        end_line=fact.end_line,
        symbol=entry.module,
        detail=fact.name or "",
        message=f"legacy module `{entry.module}` is imported{instead}{reason}",
        severity="medium",
        scope=file.scope,
    )
