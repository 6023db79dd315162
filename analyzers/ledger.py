"""The ledger of one commit: what its files contribute, summed up so that one file can be exchanged for another version.

A full audit enters every file; an incremental one starts from the rows that an earlier audit left and exchanges only
the files that a change concerns. Both go through the same sums, so that they give the same figures.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from analyzers.anchor import Anchor
from analyzers.catalogue import CATALOGUE, metric_of
from analyzers.examine import Examined
from analyzers.facts import Unread
from analyzers.findings import Finding
from analyzers.policy import Policy, SymbolPolicy
from analyzers.resolve import Definition, Resolver
from analyzers.rules.auth.implementations import Canonical, own_ways, second_definitions
from analyzers.rules.auth.patterns import other_patterns
from analyzers.rules.auth.sites import CANONICAL, AuthSite
from analyzers.rules.cycles import cycle_size
from analyzers.rules.duplicates import DefinitionSite, duplicates
from analyzers.rules.endpoints.model import Endpoint, Verdict
from analyzers.rules.endpoints.served import Served, unprotected_finding
from analyzers.rules.fragmented import CanonicalPath, infer, is_stray, links_of, stray_finding
from analyzers.rules.ignores import apply_ignores
from analyzers.rules.legacy import shim_finding
from analyzers.rules.sites import ImportSite, Symbol
from analyzers.rules.strings import stray_string
from analyzers.tables import Kind, Rows, Table
from analyzers.tree import Scope, is_python
from analyzers.twins import Twins

_SEPARATOR: Final = "\0"

_RULE_ORDER: Final = {entry.name: number for number, entry in enumerate(CATALOGUE)}


class FileRow(msgspec.Struct, frozen=True, array_like=True):
    """One file with what it contributes and, once settled, what is found in it.

    Settings have a row for the sake of their entry points, without a module and without facts.

    `tally` are its counts by metric, scope and figure (`_tally`); `strays` by symbol.
    """

    blob: str
    module: str | None
    is_package: bool
    scope: Scope
    unread: Unread | None
    examined: Examined
    findings: tuple[Finding, ...] = ()
    tally: dict[str, int] = {}
    strays: dict[str, int] = {}


class SymbolRow(msgspec.Struct, array_like=True):
    """A symbol with its sites: counts by path (`module:name`) in production and in tests, and by file.

    `files` maps a path to the file's own module and its number of sites. `links` are the modules that the canonical
    path leads through, as last settled.
    """

    symbol: Symbol
    canonical: str | None = None
    inferred: bool = True
    paths: dict[str, list[int]] = {}
    files: dict[str, tuple[str | None, int]] = {}
    strays: int = 0
    links: tuple[str, ...] = ()

    @property
    def chosen(self) -> CanonicalPath | None:
        """Its canonical path, once it is settled."""
        return None if self.canonical is None else CanonicalPath(self.symbol, self.canonical, self.inferred)

    def add(self, path: str, site: ImportSite, sign: int) -> None:
        """Count one site in the file at `path` (`sign` 1), or take it back (-1)."""
        way = f"{site.module}:{site.name}"
        counts = self.paths.setdefault(way, [0, 0])
        counts[site.scope == "tests"] += sign
        if not any(counts):
            del self.paths[way]
        count = self.files.get(path, (None, 0))[1] + sign
        if count:
            self.files[path] = (site.importer, count)
        else:
            del self.files[path]


class Asked(msgspec.Struct, array_like=True):
    """Which files asked about a module, by the name that they asked for there."""

    names: dict[str, list[str]] = {}


class Wanted:
    """The symbols that a policy names, as they stand in one tree."""

    def __init__(self, policy: Policy, resolver: Resolver) -> None:
        self._infers = policy.infers
        self._resolver = resolver
        self.paths: dict[Symbol, CanonicalPath] = {}
        self._by_name: dict[str, list[dict[str, Symbol]]] = defaultdict(list)
        for entry in policy.symbols:
            symbols = self._meant(entry)
            self._by_name[entry.name].append(symbols)
            for module, symbol in symbols.items():
                if module == entry.canonical or symbol not in self.paths:
                    self.paths[symbol] = CanonicalPath(symbol, module, inferred=False)
        self._by_definition = {symbol.definition: symbol for symbol in self.paths}

    def _meant(self, entry: SymbolPolicy) -> dict[str, Symbol]:
        """The symbols that an entry names, one in each root that has its module and the name in it."""
        symbols: dict[str, Symbol] = {}
        for module in self._resolver.meanings(entry.canonical):
            definition = self._resolver.resolve(module, entry.name).definition
            if definition is not None or not symbols:
                symbols[module] = Symbol(entry.name, definition or Definition(module, entry.name))
        return symbols

    def symbol_of(self, site: ImportSite) -> Symbol | None:
        """The symbol that a site counts for.

        One that the policy names is watched by its very name, whatever module it comes from, and by its definition,
        whatever name that goes by; where the policy names two of one name, by its definition alone.
        """
        named = self._by_name.get(site.name, ())
        if len(named) == 1:
            return self._seen_from(site, named[0])
        if named:
            return next((symbol for each in named for symbol in each.values() if symbol == site.symbol), None)
        defined = None if site.symbol is None else self._by_definition.get(site.symbol.definition)
        return defined or (site.symbol if self._infers else None)

    def _seen_from(self, site: ImportSite, symbols: Mapping[str, Symbol]) -> Symbol:
        """Of the symbols that one entry names, that of the root which a site is in."""
        plain, first = next(iter(symbols.items()))
        if len(symbols) == 1:
            return first
        if site.symbol is not None and site.symbol in symbols.values():
            return site.symbol
        return symbols.get(self._resolver.seen(plain, site.path) or plain, first)


class Totals(msgspec.Struct, array_like=True):
    """Sums over all files and symbols; the keys are made by `tally` and by `Totals` alone."""

    counts: dict[str, int] = {}
    auth: dict[str, int] = {}
    """Validation calls by pattern, scope and the wrapper that they stand in."""
    wrappers: dict[str, int] = {}
    """Validation calls by callee."""

    def add(self, counts: Mapping[str, int], sign: int) -> None:
        """Add counts (`sign` 1), or take them away (-1)."""
        for key, count in counts.items():
            self.counts[key] = self.counts.get(key, 0) + sign * count

    def add_symbol(self, row: SymbolRow, sign: int) -> None:
        """Count a symbol, or take it back."""
        if not row.paths:
            return
        production = sum(counts[0] for counts in row.paths.values())
        tests = sum(counts[1] for counts in row.paths.values())
        in_production = sum(1 for counts in row.paths.values() if counts[0])
        self.add(
            {
                "symbols": 1,
                "split": int(bool(row.strays)),
                "sites production": production,
                "sites tests": tests,
                "spare production": max(in_production - 1, 0),
                "spare": len(row.paths) - 1,
            },
            sign,
        )

    @property
    def calls(self) -> dict[tuple[str, Scope], int]:
        """Validation calls by pattern and scope, without those that are the implementation of a wrapper in use."""
        used = self.used
        calls: dict[tuple[str, Scope], int] = {}
        for key, count in self.auth.items():
            pattern, scope, inside = key.split(_SEPARATOR)
            if inside not in used:
                of: Scope = "tests" if scope == "tests" else "production"
                calls[pattern, of] = calls.get((pattern, of), 0) + count
        return calls

    @property
    def used(self) -> frozenset[str]:
        """The wrappers that somebody calls besides themselves, and the canonical check."""
        return frozenset({*self.wrappers, CANONICAL})

    def add_call(self, call: AuthSite, sign: int) -> None:
        """Count a validation call, or take it back."""
        _add(self.auth, f"{call.pattern}{_SEPARATOR}{call.scope}{_SEPARATOR}{call.inside}", sign)
        if call.callee != call.inside:
            _add(self.wrappers, call.callee, sign)


def _add(counts: dict[str, int], key: str, sign: int) -> None:
    counts[key] = counts.get(key, 0) + sign
    if not counts[key]:
        del counts[key]


class Surroundings(msgspec.Struct, frozen=True):
    """What a ledger is settled by: the resolver of its tree, the policy's symbols there, what stood before.

    `before` gives a symbol's canonical path at base, where there is one; `anchor` what a later commit inferred, which
    comes first. `graph` gives the findings about cycles and contracts by path.
    """

    resolver: Resolver
    wanted: Wanted
    auth_canonical: str | None
    auth_used: frozenset[str]
    auth_definitions: Canonical
    served: Served
    before: Callable[[Symbol], CanonicalPath | None]
    graph: Mapping[str, Sequence[Finding]]
    anchor: Anchor


class Ledger:
    """The rows of one commit. Files are entered and removed, then `settle` finds what that changes."""

    def __init__(
        self,
        rows: Rows,
        policy: Policy,
        today: dt.date,
        totals: Totals | None = None,
        unread: Mapping[str, Unread] = MappingProxyType({}),
    ) -> None:
        self._policy = policy
        self._today = today
        self.files: Table[FileRow] = Table(Kind.FILES, rows, FileRow)
        self.askers: Table[Asked] = Table(Kind.ASKERS, rows, Asked)
        self.symbols: Table[SymbolRow] = Table(Kind.SYMBOLS, rows, SymbolRow)
        self.definitions: Table[list[DefinitionSite]] = Table(Kind.DEFINITIONS, rows, list[DefinitionSite])
        self.totals = totals or Totals()
        self.unread: dict[str, Unread] = dict(unread)
        self.previous: dict[str, FileRow | None] = {}
        """Since `mark`: the rows that were removed or settled anew, as they were, by path; None for a new file."""
        self._touched_files: set[str] = set()
        self._touched_symbols: dict[str, SymbolRow] = {}
        self._touched_names: set[str] = set()
        self._copies: dict[str, dict[str, list[Finding]]] = {}

    def mark(self) -> None:
        """From here on, remember what rows were."""
        self.previous = {}

    # Files

    def enter(self, path: str, row: FileRow, wanted: Wanted) -> None:
        """Count what a file contributes. It must not be there yet."""
        self.files.set(path, row)
        self.previous.setdefault(path, None)
        self._touched_files.add(path)
        if row.unread is not None:
            self.unread[path] = row.unread
        self._count(path, row.examined, wanted, 1)

    def remove(self, path: str, wanted: Wanted) -> FileRow | None:
        """Take back what a file contributes; its row, if it was there."""
        row = self.files.get(path)
        if row is not None:
            self.files.set(path, None)
            self.previous.setdefault(path, row)
            self.unread.pop(path, None)
            self._touched_files.discard(path)
            self._count(path, row.examined, wanted, -1)
            self._add_tally(row, -1)
        return row

    def _count(self, path: str, examined: Examined, wanted: Wanted, sign: int) -> None:
        for site in examined.sites:
            symbol = wanted.symbol_of(site)
            if symbol is not None:
                self._touched(symbol).add(path, site, sign)
        for call in examined.auth:
            self.totals.add_call(call, sign)
        for definition in examined.definitions:
            self._count_definition(definition, sign)
        for module, name in examined.asked:
            self._count_question(path, module, name, sign)

    def _touched(self, symbol: Symbol) -> SymbolRow:
        """A symbol's row, which from now on is counted only once it is settled again."""
        key = symbol_key(symbol)
        row = self._touched_symbols.get(key)
        if row is None:
            row = self.symbols.get(key)
            if row is None:
                row = SymbolRow(symbol)
                self.symbols.set(key, row)
            self.totals.add_symbol(row, -1)
            self._touched_symbols[key] = row
        return row

    def _count_definition(self, definition: DefinitionSite, sign: int) -> None:
        self._touched_names.add(definition.name)
        sites = self.definitions.get(definition.name)
        if sites is None:
            sites = []
            self.definitions.set(definition.name, sites)
        if sign > 0:
            sites.append(definition)
        else:
            self._touched_files.update(site.path for site in sites if site.path != definition.path)
            sites.remove(definition)

    def _count_question(self, path: str, module: str, name: str, sign: int) -> None:
        asked = self.askers.get(module)
        if asked is None:
            asked = Asked()
            self.askers.set(module, asked)
        if sign > 0:
            asked.names.setdefault(name, []).append(path)
        else:
            asked.names[name].remove(path)

    def _add_tally(self, row: FileRow, sign: int) -> None:
        self.totals.add(row.tally, sign)
        for key, strays in row.strays.items():
            symbol = self.symbols.get(key)
            if symbol is not None:
                self._touched(symbol.symbol).strays += sign * strays

    def choose_again(self, names: Collection[str]) -> None:
        """Have the canonical paths of all symbols of these names chosen anew."""
        for row in [row for _, row in self.symbols.all() if row.symbol.name in names] if names else ():
            self._touched(row.symbol)

    # Settling

    def settle(self, around: Surroundings, also: Iterable[str] = ()) -> frozenset[str]:
        """Find anew what is found in the files that were entered and in those that these concern, and in `also`.

        Gives the paths of all of them.
        """
        again = {*self._touched_files, *also}
        for row in list(self._touched_symbols.values()):
            if self._choose(row, around) or not row.paths:
                again.update(row.files)
                again.update(self._askers_of(row.symbol.definition))  # a string that names it is no site
        for name in self._touched_names:
            again.update(site.path for site in self.definitions.get(name) or ())
        self._copies.clear()
        for path in sorted(again):
            self._settle_file(path, around)
        for key, row in self._touched_symbols.items():
            self.symbols.set(key, row if row.paths else None)
            self.totals.add_symbol(row, 1)
        self._touched_files, self._touched_symbols, self._touched_names = set(), {}, set()
        return frozenset(again)

    def _askers_of(self, place: Definition) -> Iterable[str]:
        asked = self.askers.get(place.module)
        return asked.names.get(place.name, ()) if asked is not None else ()

    def _choose(self, row: SymbolRow, around: Surroundings) -> bool:
        """Choose a symbol's canonical path; whether that changes what is found in all the files that reach it."""
        chosen = around.wanted.paths.get(row.symbol)
        if chosen is None:
            votes = self._votes(row, around.resolver)
            chosen = around.anchor.path(row.symbol, votes) or infer(row.symbol, votes, around.before(row.symbol))
        links = links_of(chosen, around.resolver)
        moved = (chosen.module, chosen.inferred, links) != (row.canonical, row.inferred, row.links)
        row.canonical, row.inferred, row.links = chosen.module, chosen.inferred, links
        return moved

    def _votes(self, row: SymbolRow, resolver: Resolver) -> dict[str, int]:
        """Sites by module, but for those of modules that hand the symbol on to others: these are no uses."""
        votes: dict[str, int] = {}
        links: set[str] = set()
        for way, (production, tests) in row.paths.items():
            module, _, name = way.rpartition(":")
            links.update(place.module for place in resolver.resolve(module, name).chain)
            if name == row.symbol.name:
                votes[module] = votes.get(module, 0) + production + tests
        for path, (importer, _) in row.files.items():
            own = self.files.get(path) if importer in links else None
            for site in own.examined.sites if own else ():
                if site.symbol == row.symbol and site.name == row.symbol.name:
                    votes[site.module] -= 1
        return votes

    def _settle_file(self, path: str, around: Surroundings) -> None:
        row = self.files.get(path)
        if row is None:
            return
        self.previous.setdefault(path, row)
        self._add_tally(row, -1)
        strays: dict[str, int] = {}
        verdicts = self.verdicts(row, around)
        accused = (*self._found(path, row, around, strays), *self._unprotected(verdicts, around))
        found = [_told(finding, around.resolver.twins) for finding in accused]
        result = apply_ignores(path, row.scope, found, row.examined.ignores, self._today, self._policy)
        findings = tuple(sorted((*result.kept, *result.stale), key=in_order))
        tally = _tally(row, findings, result.among, sum(strays.values()), is_file=is_python(path))
        tally |= _tally_of_endpoints(verdicts)
        settled = msgspec.structs.replace(row, findings=findings, tally=tally, strays=strays)
        self.files.set(path, settled)
        self._add_tally(settled, 1)

    def _found(self, path: str, row: FileRow, around: Surroundings, strays: dict[str, int]) -> Iterator[Finding]:
        yield from self._off_canonical(path, row, around, strays)
        yield from self._stray_strings(path, row, around)
        yield from row.examined.findings
        yield from self._through_shims(path, row, around)
        for definition in row.examined.definitions:
            yield from self._copies_of(definition.name, around).get(path, ())
        inferred = self._policy.auth.canonical is None
        if self._policy.applies("auth.implementations"):
            own = row.examined.definitions, row.examined.checks
            yield from second_definitions((path, row.module), *own, around.auth_definitions, inferred=inferred)
            yield from own_ways(row.examined.overrides, path, around.auth_canonical, inferred=inferred)
        if self._policy.applies("auth.patterns"):
            visible = (site for site in row.examined.auth if site.inside not in around.auth_used)
            yield from other_patterns(visible, around.auth_canonical, inferred=inferred)
        yield from around.graph.get(path, ())

    def verdicts(self, row: FileRow, around: Surroundings) -> tuple[tuple[Endpoint, Verdict], ...]:
        """What is to be said of the endpoints that a file defines."""
        if not row.examined.served.endpoints or not self._policy.applies("auth.unprotected"):
            return ()
        canonical, auth = around.auth_canonical, self._policy.auth
        judged = (
            (each, around.served.verdict(each, canonical, auth.canonical is None, auth))
            for each in row.examined.served.endpoints
        )
        return tuple((each, verdict) for each, verdict in judged if verdict is not None)

    def _unprotected(self, verdicts: Iterable[tuple[Endpoint, Verdict]], around: Surroundings) -> Iterator[Finding]:
        inferred = self._policy.auth.canonical is None
        for endpoint, verdict in verdicts:
            if verdict.state == "unprotected":
                yield unprotected_finding(endpoint, verdict, around.auth_canonical, inferred=inferred)

    def _off_canonical(
        self, path: str, row: FileRow, around: Surroundings, strays: dict[str, int]
    ) -> Iterator[Finding]:
        for site in row.examined.sites if self._policy.applies("imports.fragmented") else ():
            symbol = around.wanted.symbol_of(site)
            known = None if symbol is None else self.symbols.get(symbol_key(symbol))
            if symbol is None or known is None or known.chosen is None:
                continue
            if not is_stray(site, known.chosen, known.links):
                continue
            if around.resolver.names_module(known.chosen.module, path):  # else nobody could follow the advice
                strays[symbol_key(symbol)] = strays.get(symbol_key(symbol), 0) + 1
                yield stray_finding(site, known.chosen)

    def _stray_strings(self, path: str, row: FileRow, around: Surroundings) -> Iterator[Finding]:
        for site in row.examined.strings if self._policy.applies("imports.strings") else ():
            symbol = around.wanted.symbol_of(site)
            canonical = None if symbol is None else around.wanted.paths.get(symbol) or self._inferred(symbol)
            if canonical is not None and around.resolver.names_module(canonical.module, path):
                yield from stray_string(site, canonical)

    def _inferred(self, symbol: Symbol) -> CanonicalPath | None:
        """The path by which most sites reach a symbol; None where there is no site."""
        known = self.symbols.get(symbol_key(symbol))
        return known.chosen if known is not None and known.paths else None

    def _through_shims(self, path: str, row: FileRow, around: Surroundings) -> Iterator[Finding]:
        """Imports through modules that only re-export, of symbols that have no canonical path to be measured by."""
        watched = self._policy.applies("imports.fragmented")
        for found in row.examined.shims:
            site = ImportSite(path, found.line, row.scope, "import", found.shim, found.name, found.symbol, row.module)
            if not watched or around.wanted.symbol_of(site) is None:
                yield shim_finding(found, path, row.scope)

    def _copies_of(self, name: str, around: Surroundings) -> dict[str, list[Finding]]:
        if name not in self._copies:
            by_path: dict[str, list[Finding]] = defaultdict(list)
            for finding in duplicates(name, self.definitions.get(name) or (), self._policy):
                by_path[finding.path].append(finding)
            self._copies[name] = by_path
        return self._copies[name]


def _tally_of_endpoints(verdicts: Sequence[tuple[Endpoint, Verdict]]) -> dict[str, int]:
    unknown = sum(verdict.state == "unknown" for _, verdict in verdicts)
    counts = {"among auth.unprotected": len(verdicts), "undecided auth.unprotected": unknown}
    return {key: count for key, count in counts.items() if count}


def _told(finding: Finding, twins: Twins) -> Finding:
    """A finding with the names that its own file uses."""
    said = (finding.symbol, finding.detail, finding.message)
    told = twins.told(said, finding.path)
    if told == said:
        return finding
    symbol, detail, message = told
    return msgspec.structs.replace(finding, symbol=symbol, detail=detail, message=message)


def symbol_key(symbol: Symbol) -> str:
    """The key of a symbol's row."""
    return _SEPARATOR.join((symbol.name, symbol.definition.module, symbol.definition.name))


def in_order(finding: Finding) -> tuple[str, int, str, str, str]:
    """The order in which findings stand."""
    return finding.path, finding.line, finding.rule, finding.symbol, finding.detail


def report_order(finding: Finding) -> tuple[int, bool, int, str, int, str, str]:
    """The order in which reports list findings: by rule, production before tests, small cycles first, then by place."""
    return (
        _RULE_ORDER[metric_of(finding.rule)],
        finding.scope == "tests",
        cycle_size(finding.detail) if finding.rule == "imports.cycles" else 0,
        finding.path,
        finding.line,
        finding.symbol,
        finding.detail,
    )


def _tally(row: FileRow, findings: Sequence[Finding], ignores: int, strays: int, *, is_file: bool) -> dict[str, int]:
    """What a settled file adds to the totals. Of settings that is only what is found in them."""
    tally = Counter(f"{finding.rule} {finding.scope}" for finding in findings)
    tally[f"files {row.scope}"] = int(is_file)
    tally[f"unread {row.scope}"] = int(row.unread is not None)
    tally[f"clean {row.scope}"] = int(is_file and not findings and row.unread is None)
    tally[f"stray {row.scope}"] = strays
    tally["among ssot.ignores"] = ignores
    for name, count in row.examined.among.items():
        tally[f"among {name}"] = count
    for name, count in row.examined.undecided.items():
        tally[f"undecided {name}"] = count
    return {key: count for key, count in tally.items() if count}
