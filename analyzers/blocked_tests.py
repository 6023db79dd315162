"""Which test modules cannot be collected: in a whole commit, and after a change, by the files that differ."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cache

from analyzers.collection import CollectionRules
from analyzers.exchange import Tree
from analyzers.ledger import FileRow, Ledger
from analyzers.rules.testing.blocked import Blocked, Files, Loaded, Stems, blocked
from analyzers.twins import plain

_RUN_BEFORE = frozenset({"conftest.py", "__init__.py"})
"""Files that run before others which do not import them."""


def blocked_in(ledger: Ledger, tree: Tree, collection: CollectionRules) -> Blocked:
    """Those of a whole commit. Where no file asks for what is not there, nothing more is looked at."""
    rows = dict(ledger.files.all())
    roots = {path: row.examined.loading.missing for path, row in rows.items() if row.examined.loading.missing}
    if not roots:
        return Blocked()
    importers: dict[str, list[str]] = {}
    for path, row in rows.items():
        for edge in row.examined.edges:
            if edge.certain:
                importers.setdefault(edge.target, []).append(path)
    return blocked(roots, _files(rows.get, tree, lambda module: importers.get(module, ())), collection)


def blocked_after(
    before: Blocked, ledger: Ledger, trees: tuple[Tree, Tree], concerned: Iterable[str], collection: CollectionRules
) -> Blocked:
    """Those after a change; those before it where nothing that it concerns has to do with a broken file.

    `trees` are those before and after it, `concerned` the paths of the files examined anew.
    """
    differing = {
        path: (ledger.previous.get(path), ledger.files.get(path))
        for path in concerned
        if _loads(ledger.previous.get(path)) != _loads(ledger.files.get(path))
    }
    if not differing:
        return before
    gone = {path for path, (_, row) in differing.items() if row is None}
    missing = {path: row.examined.loading.missing for path, (_, row) in differing.items() if row is not None}
    roots = {path: name for path, name in {**before.roots, **missing}.items() if name and path not in gone}
    if not roots or not any(_matters(path, rows, before, trees) for path, rows in differing.items()):
        return before if roots else Blocked()
    return blocked(roots, _files(ledger.files.get, trees[1], lambda module: _importers(ledger, module)), collection)


def _files(row_at: Callable[[str], FileRow | None], tree: Tree, importers: Callable[[str], Iterable[str]]) -> Files:
    @cache
    def file(path: str) -> Loaded | None:
        row = row_at(path)
        return None if row is None else Loaded(path, row.module, row.scope, row.examined.edges, row.examined.loading)

    return Files(file, lambda module: _path_of(tree, module), importers, cache(lambda: sorted(tree.paths())))


def _path_of(tree: Tree, module: str) -> str | None:
    row = tree.module_row(module)
    return row.claims[0][2] if row is not None and row.claims else None


def _importers(ledger: Ledger, module: str) -> Iterator[str]:
    """Whoever imports a module has asked about it."""
    asked = ledger.askers.get(module)
    yield from dict.fromkeys(path for paths in asked.names.values() for path in paths) if asked else ()


def _loads(row: FileRow | None) -> object:
    """What importing a file runs and asks for, as far as it matters here; settings are no such file."""
    if row is None or not row.blob:
        return None
    examined = row.examined
    targets = tuple((edge.target, edge.certain, edge.type_checking) for edge in examined.edges)
    return row.module, row.scope, examined.loading, targets


def _matters(path: str, rows: tuple[FileRow | None, FileRow | None], before: Blocked, trees: tuple[Tree, Tree]) -> bool:
    """Whether a file that differs has to do with one that is broken, before or after."""
    if path in before.broken or posixpath.basename(path) in _RUN_BEFORE or _is_behind(path, before.broken):
        return True
    if None in rows and _shadows(path, before):
        return True
    return any(
        row is not None and (_is_telling(row) or _imports_any(row, before.broken, tree))
        for row, tree in zip(rows, trees, strict=True)
    )


def _shadows(path: str, before: Blocked) -> bool:
    """Whether a file that comes or goes may be what others ask for that are broken."""
    stems = Stems([path])
    name = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")[2]
    tops = {plain(missing).partition(".")[0] for missing in before.roots.values()}
    return name in tops or any(map(stems.has, before.roots.values())) or any(name in each for each in before.broken)


def _is_behind(path: str, broken: Collection[str]) -> bool:
    """Whether a broken file runs before one, in its folder or above."""
    folder = posixpath.dirname(path)
    while True:
        if any(posixpath.join(folder, name) in broken for name in _RUN_BEFORE):
            return True
        if not folder:
            return False
        folder = posixpath.dirname(folder)


def _is_telling(row: FileRow) -> bool:
    return bool(row.examined.loading.missing) or row.examined.loading.stands_in


def _imports_any(row: FileRow, broken: Mapping[str, int], tree: Tree) -> bool:
    return any(_path_of(tree, edge.target) in broken for edge in row.examined.edges)
