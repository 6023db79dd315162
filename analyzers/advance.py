"""Advancing an audit: from one commit to another by the files that differ, and those that these concern."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec

from analyzers.anchor import Anchor
from analyzers.audit import (
    Audit,
    AuditedTree,
    GraphFindings,
    canonical_auth,
    enter_points,
    graph_findings,
    module_edges,
    no_canonical,
    rows_of,
    surroundings,
    terms_of,
)
from analyzers.blocked_tests import blocked_after
from analyzers.changes import KeyChanges, changed_keys
from analyzers.detail import Detail
from analyzers.exchange import ExchangedTree, LayoutChangedError, Tree, changed_folders, changed_names
from analyzers.facts import Facts
from analyzers.fixtures_in_reach import reach_after
from analyzers.graph import Cycles, Links, ModuleGraph, changed_cycles, runs
from analyzers.ledger import FileRow, Ledger, Wanted
from analyzers.project import EntryPoint
from analyzers.resolve import WITHIN
from analyzers.rules.auth.wrappers import Wrapper
from analyzers.rules.cycles import cycle_detail, cycles
from analyzers.rules.endpoints.model import Mount, Survey
from analyzers.snapshot import Layout, Snapshot, SourceFile, imported_tops, mentioned_tops, parents
from analyzers.tree import TreeEntry
from analyzers.twins import Twins

_LARGEST_SHARE: Final = 0.5
"""Of the files of a tree; where more of them differ, to look at all of them anew is as quick."""


class NeedsFullAuditError(Exception):
    """The change concerns so much that the other commit is audited in full; the audit at hand is still as it was."""


class Exchange(msgspec.Struct, frozen=True):
    """The files in which another commit differs: their entries there (None: gone), with the facts of all blobs.

    `points` are the entry points there, None where the settings say the same. They are few, and all are looked at anew.
    `folders` are those that may have come or gone, and whether they are there; with whatever files lie in them.
    """

    entries: Mapping[str, TreeEntry | None]
    facts: Mapping[str, Facts]
    points: tuple[EntryPoint, ...] | None = None
    folders: Mapping[str, bool] = MappingProxyType({})


def advance(audit: Audit, exchange: Exchange, detail: Detail, by: Anchor | None) -> Audit:
    """The audit of the commit in which some files are exchanged, measured by an anchor as if audited in full.

    Without one all that was inferred is kept, as at the head of a change. The audit given is used up. The ledger's
    `previous` then tells what stood before in all files in which something may differ. Raises NeedsFullAuditError.
    """
    entries, folders = exchange.entries, exchange.folders
    try:
        tree = ExchangedTree(audit.tree, entries, exchange.facts, audit.question.tests, folders)
    except LayoutChangedError as error:
        raise NeedsFullAuditError(str(error)) from error
    points = audit.points if exchange.points is None else exchange.points
    way = _Way(tree, frozenset(entries), frozenset(changed_names(audit.tree, tree.rows)), points)
    return _gone_on(audit, way, detail, by)


def advance_to(
    audit: Audit, snapshot: Snapshot, points: tuple[EntryPoint, ...], detail: Detail, by: Anchor | None
) -> Audit:
    """The same by the whole tree of that commit and all entry points there.

    It costs a look at every path, but allows for changes after which other files may have other names.
    """
    before, after = audit.tree.layout, snapshot.layout
    if _naming(before) != _naming(after):
        raise NeedsFullAuditError("files get their names from other folders")
    old, new = set(audit.tree.paths()), set(snapshot.paths())
    files = {path for path in old | new if _place(audit.tree.file(path)) != _place(snapshot.file(path))}
    if len(files) > _LARGEST_SHARE * len(new):
        raise NeedsFullAuditError("most files differ")
    names = {name for path in old ^ new for name, _ in after.claims(path)}
    names |= {parent for name in names for parent in parents(name)}
    names = {name for name in names if _known(audit.tree, name) != _known(snapshot, name)}
    tops = {name for name in names if "." not in name}
    files |= {file.path for file in snapshot if tops and not tops.isdisjoint(_tops_in(file, snapshot))}
    return _gone_on(audit, _Way(snapshot, frozenset(files), frozenset(names), points), detail, by)


class _Way(msgspec.Struct, frozen=True):
    """What lies between two trees: the other one, the files that differ, and the names that mean others there; with the
    entry points there.
    """

    tree: AuditedTree
    files: frozenset[str]
    names: frozenset[str]
    points: tuple[EntryPoint, ...]


def _naming(layout: Layout) -> tuple[object, ...]:
    """What gives files their names whatever files there are."""
    return layout.roots, layout.mirrors, layout.built, layout.twins, layout.guessed


def _place(file: SourceFile | None) -> tuple[object, ...] | None:
    return None if file is None else (file.blob, file.module, file.is_package, file.scope)


def _known(tree: Tree, name: str) -> tuple[object, ...] | None:
    row = tree.module_row(name)
    return None if row is None else row.claims


def _tops_in(file: SourceFile, snapshot: Snapshot) -> Collection[str]:
    """What the absolute imports and the dotted strings of a file start with."""
    imported = imported_tops([(file.path, file.facts)], Twins(snapshot.layout.twins))
    return imported.keys() | mentioned_tops([file.facts])


def _gone_on(audit: Audit, way: _Way, detail: Detail, by: Anchor | None) -> Audit:
    """The audit of the other tree."""
    question, tree = audit.question, way.tree
    terms = terms_of(tree, question, detail, audit.wrappers)
    wanted = Wanted(question.policy, terms.resolver)
    if terms.auth != audit.terms.auth or wanted.paths != audit.wanted.paths:
        raise NeedsFullAuditError("what the policy names leads elsewhere")
    ledger = audit.ledger
    used = ledger.totals.used
    concerned = {*way.files, *_askers(audit, way)}
    ledger.mark()
    files = [file for path in sorted(concerned) if (file := tree.file(path)) is not None]
    rows = dict(rows_of(files, terms, detail))
    if any(_wrappers(rows.get(path)) != _wrappers(ledger.files.get(path)) for path in concerned):
        raise NeedsFullAuditError("other functions wrap validations")
    for path in sorted(concerned):
        ledger.remove(path, wanted)
        if path in rows:
            ledger.enter(path, rows[path], wanted)
    done = Audit(tree, question, terms, ledger, wanted)
    done.anchor = audit.anchor if by is None else by
    ledger.choose_again(done.anchor.differing(audit.anchor))
    enter_points(done, way.points, audit.points)
    stopped = blocked_after(audit.graph.blocked, ledger, (audit.tree, tree), concerned, question.collection)
    reach = reach_after(audit.graph.fixtures, ledger, concerned, question.collection)
    done.graph = msgspec.structs.replace(_graph(audit, done, concerned), blocked=stopped, fixtures=reach)
    done.auth_canonical = canonical_auth(done, audit.auth_canonical if by is None else None)
    done.wrappers = audit.wrappers
    done.mounts, done.endpoints = _served(audit, ledger, concerned)
    also = _to_be_settled(audit, done, used)
    ledger.settle(surroundings(done, done.canonical if by is None else no_canonical), also)
    return done


def _to_be_settled(audit: Audit, done: Audit, used: frozenset[str]) -> set[str]:
    """The files in which something else may be found though they contribute the same; `used` were the wrappers in use
    before.
    """
    ledger = done.ledger
    also = _moved(audit.graph, done.graph)
    if done.auth_canonical != audit.auth_canonical:
        also |= {path for path, row in ledger.files.all() if row.examined.auth or row.examined.overrides}
    if done.mounts != audit.mounts or (done.auth_canonical is None) != (audit.auth_canonical is None):
        also |= done.endpoints
    changed = used ^ ledger.totals.used
    return also | {wrapper.path for wrapper in audit.wrappers if wrapper.dotted in changed}


def _served(
    audit: Audit, ledger: Ledger, concerned: Iterable[str]
) -> tuple[dict[str, tuple[Mount, ...]], frozenset[str]]:
    """What is said about routers and applications after a change, and which files define endpoints."""
    mounts, endpoints = dict(audit.mounts), set(audit.endpoints)
    for path in concerned:
        row = ledger.files.get(path)
        served = Survey() if row is None else row.examined.served
        mounts.pop(path, None)
        endpoints.discard(path)
        if served.mounts:
            mounts[path] = served.mounts
        if served.endpoints:
            endpoints.add(path)
    return mounts, frozenset(endpoints)


def _wrappers(row: FileRow | None) -> tuple[Wrapper, ...]:
    return () if row is None else row.examined.wrappers


def _askers(audit: Audit, way: _Way) -> Iterator[str]:
    """The files that asked something whose answer is another one now."""
    tree = way.tree
    changes: list[KeyChanges] = []
    for path in way.files:
        before, after = audit.tree.file(path), tree.file(path)
        if before is None or after is None or before.blob != after.blob:
            changes += [KeyChanges(name, frozenset({WITHIN})) for name, _ in tree.layout.claims(path)]
        names = {name for name, _ in tree.layout.claims(path)}
        for change in changed_keys(before, after):
            changes += [msgspec.structs.replace(change, module=name) for name in names | {change.module}]
    other = (*way.names, *changed_folders(audit.tree, tree))
    changes += [KeyChanges(name, everything=True) for name in other]
    for change in changes:
        asked = audit.ledger.askers.get(change.module)
        for name, paths in asked.names.items() if asked else ():
            if change.everything or name in change.names:
                yield from paths


def _graph(audit: Audit, done: Audit, concerned: Iterable[str]) -> GraphFindings:
    """The findings about the module graph; those at hand where no edge is another one."""
    ledger, question = audit.ledger, audit.question
    differing = [path for path in concerned if _edges(ledger.previous.get(path)) != _edges(ledger.files.get(path))]
    if not differing:
        return audit.graph
    found = audit.graph
    if found.contracts:
        anew = graph_findings(ledger, question, done.terms.resolver.twins)
        found = msgspec.structs.replace(anew, cycles=found.cycles, more_cycles=found.more_cycles)
    if not question.policy.applies("imports.cycles"):
        return found
    old = {path: ledger.previous.get(path) for path in differing}
    before = _Side(audit.tree, lambda path: old[path] if path in old else ledger.files.get(path), ledger, old)
    after = _Side(done.tree, ledger.files.get, ledger, old)
    # A cycle that comes or goes leads through one of the importing modules, whatever they import.
    rows = (row for path in differing for row in (ledger.previous.get(path), ledger.files.get(path)))
    importers = {row.module for row in rows if row is not None and row.module is not None}
    change = changed_cycles(importers, before.links(), after.links())
    gone = {cycle_detail(cycle) for cycle in change.before.cycles}
    kept = tuple(finding for finding in found.cycles if finding.detail not in gone)
    new = cycles(after.graph(change.after), change.after)
    more = found.more_cycles - change.before.more + change.after.more
    every = sorted((*kept, *new.findings), key=lambda finding: (finding.detail.count(" → "), finding.detail))
    return msgspec.structs.replace(found, cycles=tuple(every), more_cycles=more)


class _Side:
    """The module graph before or after a change, looked up piece by piece, and each piece once."""

    def __init__(
        self, tree: Tree, row_at: Callable[[str], FileRow | None], ledger: Ledger, differing: Collection[str]
    ) -> None:
        self._tree = tree
        self._differing = differing
        self._row_at = row_at
        self._ledger = ledger
        self._there: dict[str, bool] = {}

    def links(self) -> Links:
        """The graph, to be looked up."""
        return Links(cache(self._successors), cache(self._predecessors), self._effort)

    def graph(self, found: Cycles) -> ModuleGraph:
        """As much of the graph as it takes to tell these cycles."""
        return ModuleGraph(
            module_edges(row_path, row)
            for name in {module for cycle in found.cycles for module in cycle}
            for row_path, row in self._rows_of(name)
        )

    def _rows_of(self, module: str) -> Iterator[tuple[str, FileRow]]:
        claimed = self._tree.module_row(module)
        for _, _, path in claimed.claims[:1] if claimed is not None else ():
            row = self._row_at(path)
            if row is not None and row.module == module:
                yield path, row

    def _successors(self, module: str) -> list[str]:
        return [target for _, row in self._rows_of(module) for target in self._targets(row)]

    def _targets(self, row: FileRow) -> list[str]:
        importer = row.module or ""
        targets = {edge.target for edge in row.examined.edges if runs(importer, edge)}
        return sorted(target for target in targets if self._is_there(target))

    def _is_there(self, module: str) -> bool:
        if module not in self._there:
            self._there[module] = any(self._rows_of(module))
        return self._there[module]

    def _effort(self, module: str) -> int:
        asked = self._ledger.askers.get(module)
        return len(self._differing) + sum(map(len, asked.names.values())) if asked else len(self._differing)

    def _predecessors(self, module: str) -> list[str]:
        asked = self._ledger.askers.get(module)
        paths = {path for paths in asked.names.values() for path in paths} if asked else set()
        rows = (self._row_at(path) for path in paths.union(self._differing))
        return sorted(row.module for row in rows if row is not None and row.module is not None and _runs(row, module))


def _runs(row: FileRow, module: str) -> bool:
    """Whether a file runs a module when it is imported itself."""
    return any(edge.target == module and runs(row.module or "", edge) for edge in row.examined.edges)


def _edges(row: FileRow | None) -> object:
    return None if row is None or row.module is None else (row.module, row.scope, row.examined.edges)


def _moved(before: GraphFindings, after: GraphFindings) -> set[str]:
    """The paths whose findings about the graph differ."""
    one, other = before.by_path, after.by_path
    return {path for path in one.keys() | other.keys() if one.get(path) != other.get(path)}
