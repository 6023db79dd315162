"""A tree in which some files are exchanged for other versions, without all the others being looked at."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Protocol

import msgspec

from analyzers.facts import Facts
from analyzers.snapshot import (
    Layout,
    ModuleRow,
    SourceFile,
    imported_tops,
    is_package_file,
    mentioned_tops,
    parents,
    root_of,
    source_file,
)
from analyzers.tree import PathPatterns, TreeEntry
from analyzers.twins import Twins, plain


class Tree(Protocol):
    """Files by path, and what is known under each dotted name."""

    @property
    def layout(self) -> Layout:
        """What gives the files their names."""

    def file(self, path: str) -> SourceFile | None:
        """The file at a path."""

    def module_row(self, name: str) -> ModuleRow | None:
        """What is known under a dotted name."""

    def paths(self) -> Iterable[str]:
        """The paths of all files, in no particular order."""


class LayoutChangedError(Exception):
    """The change is one after which other files may have other names: the tree has to be built anew."""


class ExchangedTree:
    """A tree with some of its files exchanged. Raises LayoutChangedError where that concerns the names of others."""

    def __init__(
        self,
        base: Tree,
        entries: Mapping[str, TreeEntry | None],
        facts: Mapping[str, Facts],
        tests: PathPatterns,
        folders: Mapping[str, bool],
    ) -> None:
        self._base = base
        self._entries = entries
        self._tests = tests
        self.layout = base.layout
        self._rows: dict[str, ModuleRow | None] = {}
        self._files: dict[str, SourceFile | None] = {}
        for path, entry in entries.items():
            if (entry is None) != (base.file(path) is None):
                self._claim(path, added=entry is not None)
        self.layout = self._with_folders(self._counted(facts), folders)
        for path, entry in entries.items():
            self._files[path] = None
            if entry is not None:
                self._files[path] = source_file(entry, facts[entry.blob], self.layout, tests, self._taken_by)

    def file(self, path: str) -> SourceFile | None:
        """The file at a path."""
        return self._files[path] if path in self._files else self._base.file(path)

    def module_row(self, name: str) -> ModuleRow | None:
        """What is known under a dotted name."""
        return self._rows[name] if name in self._rows else self._base.module_row(name)

    def paths(self) -> Iterable[str]:
        """The paths of all files, in no particular order."""
        yield from (path for path in self._base.paths() if path not in self._files)
        yield from (path for path, file in self._files.items() if file is not None)

    def module(self, name: str) -> SourceFile | None:
        """The file of a first-party module, or None: no such module, or a folder without `__init__.py`."""
        row = self.module_row(name)
        return self.file(row.claims[0][2]) if row is not None and row.claims else None

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""
        return self.module_row(name) is not None

    def is_built(self, name: str) -> bool:
        """Whether a module of that name exists in another form than source text."""
        return self.layout.is_built(name)

    def is_first_party(self, name: str) -> bool:
        """Whether a dotted name starts in this repository."""
        return self.is_module(name.partition(".")[0])

    @property
    def rows(self) -> Mapping[str, ModuleRow | None]:
        """What is known anew, by dotted name; None where that is nothing any more."""
        return self._rows

    def _counted(self, facts: Mapping[str, Facts]) -> Layout:
        """The layout with the imports and strings of the files that are exchanged.

        Where a file has several names, the one that is imported most is its own: that order has to stay. What strings
        that are gone mentioned is kept, which leads to a full audit once too often at worst.
        """
        usual, twins = Counter(self.layout.usual), Twins(self.layout.twins)
        for path, entry in self._entries.items():
            old = self._base.file(path)
            if old is not None:
                usual.subtract(imported_tops([(path, old.facts)], twins))
            if entry is not None:
                usual.update(imported_tops([(path, facts[entry.blob])], twins))
        if len(self.layout.roots) > 1 and self._overtakes(usual):
            raise LayoutChangedError("what is imported most")
        mentioned = mentioned_tops(facts[entry.blob] for entry in self._entries.values() if entry is not None)
        return msgspec.structs.replace(self.layout, usual=+usual, mentioned=self.layout.mentioned | mentioned)

    def _overtakes(self, usual: Mapping[str, int]) -> bool:
        """Whether one of two names that a file may have is imported more often now than the other, and was not before.

        A file has several where one root lies in another: by that, its name starts with a folder on the way.
        """
        before = self.layout.usual
        moved = {name for name in usual.keys() | before.keys() if usual.get(name, 0) != before.get(name, 0)}
        nested = set(_nested(self.layout.roots))
        if any(folder in moved and not (usual.get(folder) and before.get(folder)) for folder, _ in nested):
            return True  # it is imported now, or no more, and so goes before the names that nobody imports, or after
        return any(
            _sign(before, name, folder) != _sign(usual, name, folder) and self._may_be_in(root, name)
            for folder, root in nested
            for name in (usual if folder in moved else moved)
        )

    def _may_be_in(self, root: str, name: str) -> bool:
        """Whether a module of that name lies in a root, as far as is known."""
        row = self.module_row(name) or self._base.module_row(name)
        return row is not None and (
            not row.claims or any(root_of(plain(name), path) == root for *_, path in row.claims)
        )

    def _with_folders(self, layout: Layout, folders: Mapping[str, bool]) -> Layout:
        there = {folder for folder, is_there in folders.items() if is_there}
        return msgspec.structs.replace(layout, folders=(layout.folders - folders.keys()) | there)

    def _claim(self, path: str, *, added: bool) -> None:
        if is_package_file(path) and not self._leaves_roots(path, added=added):
            raise LayoutChangedError(path)
        for name, claim in self.layout.claims(path):
            row = self.module_row(name) or ModuleRow()
            claims = {*row.claims, claim} if added else {*row.claims} - {claim}
            if len(claims | {*row.claims}) > 1:
                raise LayoutChangedError(path)  # of several files of one name, another one may come first
            self._put(name, ModuleRow(tuple(claims), row.below))
            for parent in parents(name):
                row = self.module_row(parent) or ModuleRow()
                self._put(parent, ModuleRow(row.claims, row.below + (1 if added else -1)))

    def _put(self, name: str, row: ModuleRow) -> None:
        kept = row if row.claims or row.below else None
        appears = (kept is None) != (self.module_row(name) is None)
        if "." not in name and appears and (name in self.layout.usual or name in self.layout.mentioned):
            raise LayoutChangedError(name)  # whether these imports are first-party concerns others
        self._rows[name] = kept

    def _leaves_roots(self, path: str, *, added: bool) -> bool:
        """Whether a package comes or goes without any folder beginning or ceasing to be on the import path."""
        folder = path.rpartition("/")[0]
        around = folder.rpartition("/")[0]
        if f"{around}/__init__.py" in self._entries or folder in self.layout.roots:
            return False
        if around and self._base.file(f"{around}/__init__.py") is not None:
            return True
        if self.layout.twins:
            return False  # what is told apart as a whole may be another part of the names
        return added and around in self.layout.roots and path not in self._tests

    def _taken_by(self, name: str) -> str:
        row = self.module_row(name)
        return row.claims[0][2] if row is not None and row.claims else ""


def changed_names(base: Tree, rows: Mapping[str, ModuleRow | None]) -> Iterable[str]:
    """The dotted names that are modules, or have a file, in one of two trees only."""
    return (name for name, row in rows.items() if _presence(row) != _presence(base.module_row(name)))


def changed_folders(base: Tree, tree: Tree) -> Iterable[str]:
    """The dotted names of folders that lie in one of two trees only."""
    for folder in base.layout.folders ^ tree.layout.folders:
        yield from (name for name, _ in tree.layout.claims(folder))


def _presence(row: ModuleRow | None) -> tuple[bool, bool]:
    return row is not None, row is not None and bool(row.claims)


def _nested(roots: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The roots that lie in another one, each with the folder by which its files are known from there."""
    for root in roots:
        for outer in roots:
            if root and root != outer and (not outer or root.startswith(f"{outer}/")):
                yield root[len(outer) + 1 if outer else 0 :].partition("/")[0], root


def _sign(usual: Mapping[str, int], one: str, other: str) -> int:
    difference = usual.get(one, 0) - usual.get(other, 0)
    return (difference > 0) - (difference < 0)
