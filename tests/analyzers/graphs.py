"""Module graphs for tests: of trees written as files, of arrows, and as grimp sees the same files on disk."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path

from analyzers.explain import Code
from analyzers.graph import Edge, ModuleEdges, ModuleGraph, edges_of
from analyzers.reading.read import read, read_uses
from analyzers.resolve import Resolver
from analyzers.rules.imported import first_party_imports
from analyzers.rules.sites import ImportSite, Symbol, sites_of
from analyzers.snapshot import Snapshot, SourceFile, ground_of, readable, snapshot_on
from analyzers.tree import TEST_PATTERNS, PathPatterns, TreeEntry

Files = Mapping[str, str]


def snapshot_of(files: Files) -> Snapshot:
    """The snapshot of a tree."""
    ids = {path: hashlib.sha256(source.encode()).hexdigest()[:40] for path, source in files.items()}
    tests = PathPatterns(TEST_PATTERNS)
    entries = [TreeEntry(path, blob, "100644") for path, blob in ids.items()]
    ground = ground_of(entries, roots=None, tests=tests, exclude=PathPatterns(()))
    return snapshot_on(ground, {ids[path]: read(source.encode()) for path, source in files.items()}, tests)


def graph_of(files: Files, externals: frozenset[str] = frozenset()) -> ModuleGraph:
    """The module graph of a tree."""
    snapshot = snapshot_of(files)
    resolver = Resolver(snapshot)
    return ModuleGraph(_module(file, resolver, externals) for file in snapshot if file.module)


def _module(file: SourceFile, resolver: Resolver, externals: frozenset[str]) -> ModuleEdges:
    facts = readable(file)
    assert facts is not None, file
    imports = first_party_imports(file, facts, resolver)
    return ModuleEdges(file.module or "", file.path, file.scope, edges_of(file, facts, imports, resolver, externals))


def code_of(files: Files, canonical: Mapping[Symbol, str] | None = None) -> Code:
    """What `fifthwhy explain` looks at."""
    snapshot = snapshot_of(files)
    resolver = Resolver(snapshot)
    sites: list[ImportSite] = []
    for file in snapshot:
        facts = readable(file)
        assert facts is not None, file
        heads = frozenset(fact.binds for fact in facts.imports)
        uses = read_uses(files[file.path].encode(), heads)
        sites += sites_of(file, first_party_imports(file, facts, resolver), uses, resolver)
    return Code(snapshot.files, tuple(sites), resolver, (canonical or {}).get)


def arrows(*lines: str) -> ModuleGraph:
    """A graph of lines such as "a -> b c": `a` imports `b` in line 1 and `c` in line 2."""
    edges: dict[str, list[str]] = {}
    for line in lines:
        importer, _, targets = line.partition(" -> ")
        edges.setdefault(importer, []).extend(targets.split())
        for target in targets.split():
            edges.setdefault(target, [])
    return graph_with(edges)


def graph_with(edges: Mapping[str, Iterable[str]]) -> ModuleGraph:
    """A graph of modules and those that they import when they run."""
    return ModuleGraph(
        ModuleEdges(
            module,
            f"{module.replace('.', '/')}.py",
            "production",
            tuple(Edge(target, line, deferred=False, type_checking=False) for line, target in enumerate(targets, 1)),
        )
        for module, targets in edges.items()
    )


def write(files: Files, folder: Path) -> None:
    """Put a tree on disk, for tools that want one there."""
    for path, source in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(source)
