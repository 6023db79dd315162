"""Snapshots: the facts of every Python file of one tree, with the module index that says which file a name means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final

import msgspec

from analyzers.facts import Facts, FileFacts, ImportFact, Unread
from analyzers.tree import PathPatterns, Scope, TreeEntry

_PACKAGE_FILE: Final = "__init__.py"


class SourceFile(msgspec.Struct, frozen=True):
    """One Python file of a tree. `module` is its dotted name, None where it has none (`my-script.py`)."""

    path: str
    blob: str
    module: str | None
    is_package: bool
    scope: Scope
    facts: Facts

    @property
    def package(self) -> str | None:
        """The package that relative imports count from: the module itself for an `__init__.py`."""
        if self.module is None or self.is_package:
            return self.module
        return self.module.rpartition(".")[0]


class Snapshot:
    """What one tree says. Built once, then only read."""

    def __init__(self, files: Iterable[SourceFile], names: Mapping[str, str]) -> None:
        self.files = tuple(files)
        self._by_path = {file.path: file for file in self.files}
        self._paths_by_module = dict(names)
        self._prefixes = _parents(self._paths_by_module)

    def __iter__(self) -> Iterator[SourceFile]:
        return iter(self.files)

    @cached_property
    def unread(self) -> tuple[SourceFile, ...]:
        """The files that could not be read, each with its reason in `facts`."""
        return tuple(file for file in self.files if isinstance(file.facts, Unread))

    @cached_property
    def unread_paths(self) -> frozenset[str]:
        """The paths of those files."""
        return frozenset(file.path for file in self.unread)

    def module(self, name: str) -> SourceFile | None:
        """The file of a first-party module, or None: no such module, or a folder without `__init__.py`."""
        path = self._paths_by_module.get(name)
        return None if path is None else self._by_path[path]

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""
        return name in self._paths_by_module or name in self._prefixes

    def is_first_party(self, name: str) -> bool:
        """Whether a dotted name starts in this repository."""
        return self.is_module(name.partition(".")[0])


def build_snapshot(
    entries: Iterable[TreeEntry],
    facts: Mapping[str, Facts],
    *,
    roots: tuple[str, ...] | None,
    tests: PathPatterns,
    exclude: PathPatterns,
) -> Snapshot:
    """Put the facts of a tree's Python files (by blob id) in their places.

    `roots` are the folders that are on the import path, the top being "."; None finds them.
    """
    entries = sorted((entry for entry in entries if entry.path not in exclude), key=lambda entry: entry.path)
    paths = [entry.path for entry in entries]
    found = find_roots(paths) if roots is None else tuple("" if root == "." else root.strip("/") for root in roots)
    mirrors = _mirrors(paths, found, tests)
    names = {path: module_names(path, found, mirrors) for path in paths}
    index = _index(names)
    usual = _imported_tops(facts[entry.blob] for entry in entries)
    files = [
        SourceFile(
            path=entry.path,
            blob=entry.blob,
            module=_own_name(entry.path, names[entry.path], index, usual),
            is_package=entry.path.endswith(f"/{_PACKAGE_FILE}") or entry.path == _PACKAGE_FILE,
            scope="tests" if entry.path in tests else "production",
            facts=facts[entry.blob],
        )
        for entry in entries
    ]
    return Snapshot(files, index)


def find_roots(paths: Iterable[str]) -> tuple[str, ...]:
    """Folders on the import path: the top, and folders above a package that are not in a package themselves.

    A folder is taken as one if a package (a folder with `__init__.py`) stands right in it and it has none itself:
    the rule by which pytest's "rootdir/prepend" import mode and `src/` layouts find theirs.
    """
    packages = {str(PurePosixPath(path).parent) for path in paths if PurePosixPath(path).name == _PACKAGE_FILE}
    above = {str(PurePosixPath(package).parent) for package in packages if package != "."}
    roots = {"" if root == "." else root for root in above - packages}
    return tuple(sorted(roots | {""}, key=lambda root: (-root.count("/") - bool(root), root)))


def _mirrors(paths: Iterable[str], roots: tuple[str, ...], tests: PathPatterns) -> frozenset[tuple[str, str]]:
    """Packages of tests, by root and name, that are called like a production package: `tests/shop/` beside `shop/`.

    Of two regular packages Python takes one and never looks into the other (PEP 420).
    """
    production: set[str] = set()
    in_tests: set[tuple[str, str]] = set()
    for path in paths:
        root, _, name = path.removesuffix(f"/{_PACKAGE_FILE}").rpartition("/")
        if path.endswith(f"/{_PACKAGE_FILE}") and root in roots:
            if path in tests:
                in_tests.add((root, name))
            else:
                production.add(name)
    return frozenset((root, name) for root, name in in_tests if name in production)


def _imported_tops(facts: Iterable[Facts]) -> Counter[str]:
    """How often absolute imports start with which name."""
    read = (each for each in facts if isinstance(each, FileFacts))
    return Counter(fact.module.partition(".")[0] for each in read for fact in each.imports if not fact.level)


def _own_name(path: str, names: tuple[str, ...], index: Mapping[str, str], usual: Counter[str]) -> str | None:
    """Of the names by which a file can be imported, the one by which this repository imports it most."""
    held = [name for name in names if index[name] == path] or names
    return max(held, key=lambda name: usual[name.partition(".")[0]], default=None)


def module_names(
    path: str, roots: tuple[str, ...], mirrors: Container[tuple[str, str]] = frozenset()
) -> tuple[str, ...]:
    """Every dotted name by which a file can be imported, deepest root first; empty where none is possible.

    `mirrors` are roots with the top-level packages in them that another package of that name hides.
    """
    stem = path.removesuffix(".py").removesuffix("/__init__")
    names: list[str] = []
    for root in roots:
        if root and not stem.startswith(root + "/"):
            continue
        parts = stem[len(root) + 1 if root else 0 :].split("/")
        possible = parts != ["__init__"] and all(part.isidentifier() for part in parts)
        if possible and (root, parts[0]) not in mirrors:
            names.append(".".join(parts))
    return tuple(dict.fromkeys(names))


def absolute_module(fact: ImportFact, importer: SourceFile) -> str | None:
    """The absolute name of the module that an import names; None where a relative one leaves the top package.

    https://docs.python.org/3/reference/import.html#package-relative-imports
    """
    return absolute_name("." * fact.level + fact.module, importer)


def absolute_name(dotted: str, importer: SourceFile) -> str | None:
    """A dotted name with leading dots as seen from a file, made absolute."""
    name = dotted.lstrip(".")
    level = len(dotted) - len(name)
    if level == 0:
        return name
    if importer.package is None:
        return None
    parts = importer.package.split(".") if importer.package else []
    if level > len(parts):
        return None
    base = parts[: len(parts) - level + 1]
    return ".".join([*base, name] if name else base)


def _index(names: Mapping[str, tuple[str, ...]]) -> dict[str, str]:
    """Module name to path. A package beats a module of the same name, as in Python's path finder (PEP 420)."""
    index: dict[str, str] = {}
    by_rank: dict[str, tuple[int, bool, str]] = {}
    for path, candidates in names.items():
        for rank, name in enumerate(candidates):
            key = (rank, not path.endswith(_PACKAGE_FILE), path)
            if name not in by_rank or key < by_rank[name]:
                by_rank[name] = key
                index[name] = path
    return index


def _parents(names: Iterable[str]) -> frozenset[str]:
    parents: set[str] = set()
    for name in names:
        while (name := name.rpartition(".")[0]) and name not in parents:
            parents.add(name)
    return frozenset(parents)


def readable(file: SourceFile) -> FileFacts | None:
    """The file's facts where it could be read."""
    return file.facts if isinstance(file.facts, FileFacts) else None
