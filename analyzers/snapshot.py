"""Snapshots: the facts of every Python file of one tree, with the module index that says which file a name means."""

from __future__ import annotations

import posixpath
import sys
from collections import Counter
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from pathlib import PurePosixPath
from typing import Final

import msgspec

from analyzers.facts import Facts, FileFacts, ImportFact, Unread
from analyzers.tree import NO_OTHERS, Others, PathPatterns, Scope, TreeEntry, built_stem
from analyzers.twins import SOURCE_FOLDERS, Twins, Units, apart

_PACKAGE_FILE: Final = "__init__.py"
_SHOWCASES: Final = frozenset({"examples", "example", "samples", "demos", "docs"})
"""Folders whose packages are often called like the library that they show the use of."""


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


class ModuleRow(msgspec.Struct, frozen=True, array_like=True):
    """What is known under one dotted name: the files that claim it, the one that Python takes first, and how many
    files lie below it.

    A claim is the rank of the root that it comes from, whether it is not a package, and the path: of several, the least
    counts. A package beats a module of the same name, as in Python's path finder (PEP 420).
    """

    claims: tuple[tuple[int, bool, str], ...] = ()
    below: int = 0


class Layout(msgspec.Struct, frozen=True, array_like=True):
    """What gives the files of a tree their names.

    `roots` are the folders on the import path, the deepest first; `guessed` are those among them of which nobody says
    so, but for `src/` and the like. `mirrors` are roots with top-level packages in them that another package of that
    name hides. `usual` says how often absolute imports start with which name, `mentioned` with which names dotted
    strings do. `built` are names of modules that lie in the tree in another form than source text, such as a stub or a
    compiled extension, and of the folders that these are in. `twins` are the packages of one name in several roots.
    `folders` are the paths of all folders, whatever lies in them.
    """

    roots: tuple[str, ...]
    mirrors: frozenset[tuple[str, str]] = frozenset()
    usual: Mapping[str, int] = {}
    mentioned: frozenset[str] = frozenset()
    built: frozenset[str] = frozenset()
    twins: Units = {}
    guessed: frozenset[str] = frozenset()
    folders: frozenset[str] = frozenset()

    def is_built(self, name: str) -> bool:
        """Whether a module of that name exists in another form than source text, or as a folder without any Python.

        Such a folder is a namespace package with nothing in it (PEP 420): `from pkg import data` works.
        """
        folder, top = name.replace(".", "/"), name.partition(".")[0]
        return name in self.built or any(
            f"{root}/{folder}".lstrip("/") in self.folders for root in self.roots if (root, top) not in self.mirrors
        )

    def names(self, path: str) -> tuple[str, ...]:
        """Every name by which a file can be known, the deepest root's first."""
        names = module_names(path, self.roots, self.mirrors, self.guessed)
        return tuple(self._told_apart(name, path) for name in names) if self.twins else names

    def claims(self, path: str) -> Iterator[tuple[str, tuple[int, bool, str]]]:
        """The names that a file claims, each with its claim; the plain ones also where it has to be told apart.

        A name from the top of the repository goes before all others: every file is below the top.
        """
        for rank, name in enumerate(module_names(path, self.roots, self.mirrors, self.guessed)):
            claim = (rank if root_of(name, path) else -1, not is_package_file(path), path)
            yield name, claim
            known = self._told_apart(name, path) if self.twins else name
            if known != name:
                yield known, claim

    def _told_apart(self, name: str, path: str) -> str:
        root = root_of(name, path)
        is_apart = any((root, True) in self.twins.get(part, ()) for part in (name, *parents(name)))
        return apart(root, name) if is_apart else name


class Snapshot:
    """What one tree says. Built once, then only read."""

    def __init__(self, files: Iterable[SourceFile], layout: Layout, modules: Mapping[str, ModuleRow]) -> None:
        self.files = tuple(files)
        self.layout = layout
        self.modules = modules
        self._by_path = {file.path: file for file in self.files}

    def __iter__(self) -> Iterator[SourceFile]:
        return iter(self.files)

    @cached_property
    def unread(self) -> tuple[SourceFile, ...]:
        """The files that could not be read, each with its reason in `facts`."""
        return tuple(file for file in self.files if isinstance(file.facts, Unread))

    def file(self, path: str) -> SourceFile | None:
        """The file at a path."""
        return self._by_path.get(path)

    def paths(self) -> Iterable[str]:
        """The paths of all files, in no particular order."""
        return self._by_path

    def module_row(self, name: str) -> ModuleRow | None:
        """What is known under a dotted name."""
        return self.modules.get(name)

    def module(self, name: str) -> SourceFile | None:
        """The file of a first-party module, or None: no such module, or a folder without `__init__.py`."""
        row = self.modules.get(name)
        return self._by_path[row.claims[0][2]] if row is not None and row.claims else None

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""
        return name in self.modules

    def is_built(self, name: str) -> bool:
        """Whether a module of that name exists in another form than source text."""
        return self.layout.is_built(name)

    def is_first_party(self, name: str) -> bool:
        """Whether a dotted name starts in this repository."""
        return name.partition(".")[0] in self.modules


class Ground(msgspec.Struct, frozen=True):
    """What the paths of a tree tell by themselves: the names of its modules. `entries` are its Python files by path."""

    entries: tuple[TreeEntry, ...]
    layout: Layout
    modules: Mapping[str, ModuleRow]
    twins: Units

    def is_module(self, name: str) -> bool:
        """Whether a first-party module or namespace package of that name exists."""
        return name in self.modules


def ground_of(
    entries: Iterable[TreeEntry],
    *,
    roots: tuple[str, ...] | None,
    tests: PathPatterns,
    exclude: PathPatterns,
    declared: tuple[str, ...] = (),
    others: Others = NO_OTHERS,
) -> Ground:
    """Name the modules of a tree.

    `roots` are the folders that are on the import path, the top being "."; None finds them, and adds those `declared`
    by the repository's settings. `others` is what lies in the tree besides.
    """
    entries = tuple(sorted((entry for entry in entries if entry.path not in exclude), key=lambda entry: entry.path))
    paths = [entry.path for entry in entries]
    found = find_roots(paths, declared, tests) if roots is None else tuple(dict.fromkeys(map(_normal, roots)))
    guessed = frozenset(root for root in found if roots is None and _is_guessed(root, declared))
    mirrors = _mirrors(paths, found, tests)
    layout = Layout(found, mirrors, built=_built_names(others.built, found), guessed=guessed, folders=others.folders)
    modules = module_rows(paths, layout)
    return Ground(entries, layout, modules, find_twins(modules, paths))


def snapshot_on(ground: Ground, facts: Mapping[str, Facts], tests: PathPatterns) -> Snapshot:
    """Put the facts of a tree's Python files (by blob id) in their places."""
    entries, twins, modules = ground.entries, ground.twins, ground.modules
    layout = msgspec.structs.replace(
        ground.layout,
        usual=imported_tops(((entry.path, facts[entry.blob]) for entry in entries), Twins(twins)),
        mentioned=mentioned_tops(facts[entry.blob] for entry in entries),
        twins=twins,
    )
    if twins:
        modules = module_rows([entry.path for entry in entries], layout)
    files = [
        source_file(entry, facts[entry.blob], layout, tests, lambda name: modules[name].claims[0][2])
        for entry in entries
    ]
    return Snapshot(files, layout, modules)


def module_rows(paths: Iterable[str], layout: Layout) -> dict[str, ModuleRow]:
    """What is known under every dotted name, those of folders included."""
    claims: dict[str, list[tuple[int, bool, str]]] = {}
    below: Counter[str] = Counter()
    for path in paths:
        for name, claim in layout.claims(path):
            claims.setdefault(name, []).append(claim)
            below.update(parents(name))
    names = claims.keys() | below.keys()
    return {name: ModuleRow(tuple(sorted(claims.get(name, ()))), below[name]) for name in names}


def find_twins(modules: Mapping[str, ModuleRow], paths: Iterable[str]) -> Units:
    """The packages of which another root has one of that name, or a module of the same name in it.

    A package is told apart if any of its modules does not get its plain name.
    """
    shared = {name: row.claims for name, row in modules.items() if len(row.claims) > 1}
    packages = {posixpath.dirname(path) for path in paths if is_package_file(path)} if shared else set()
    units: dict[str, dict[str, bool]] = {}
    for name, claims in shared.items():
        first, *others = (root_of(name, path) for _, _, path in claims)
        if any(root != first for root in others):
            for root in (first, *others):
                unit = units.setdefault(_unit(name, root, packages), {})
                unit[root] = unit.get(root, False) or root != first
    return {name: tuple(sorted(roots.items())) for name, roots in sorted(units.items())}


def _unit(name: str, root: str, packages: Container[str]) -> str:
    """The outermost package that a module is in, or itself where it is in mere folders."""
    around = reversed(tuple(parents(name)))
    return next((part for part in around if posixpath.join(root, part.replace(".", "/")) in packages), name)


def root_of(name: str, path: str) -> str:
    """The root by which a file has one of its names."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    return stem[: -len(name) - 1]


def source_file(
    entry: TreeEntry, facts: Facts, layout: Layout, tests: PathPatterns, taken_by: Callable[[str], str]
) -> SourceFile:
    """A file in its place. `taken_by` tells which path a dotted name leads to."""
    return SourceFile(
        path=entry.path,
        blob=entry.blob,
        module=_own_name(entry.path, layout, taken_by),
        is_package=is_package_file(entry.path),
        scope="tests" if entry.path in tests else "production",
        facts=facts,
    )


def is_package_file(path: str) -> bool:
    """Whether a path is that of a package's own file."""
    return path.endswith(f"/{_PACKAGE_FILE}") or path == _PACKAGE_FILE


def _normal(root: str) -> str:
    """A folder as a policy writes it: `.`, `./src`, `src/`."""
    folder = posixpath.normpath(root.strip("/"))
    return "" if folder == "." else folder


def find_roots(paths: Iterable[str], declared: tuple[str, ...], tests: PathPatterns) -> tuple[str, ...]:
    """Folders on the import path: the top, those declared, and folders above a package that are in none themselves.

    A folder is taken as one if a package (a folder with `__init__.py`) stands right in it and it has none itself:
    the rule by which pytest's "rootdir/prepend" import mode and `src/` layouts find theirs. Below a declared one such a
    folder is a namespace package. `examples/pydantic/` is not what anybody imports as `pydantic`.
    """
    packages = {str(PurePosixPath(path).parent) for path in paths if PurePosixPath(path).name == _PACKAGE_FILE}
    above = {str(PurePosixPath(package).parent) for package in packages if package != "."} - packages
    around = frozenset(declared) - {""}
    above = {root for root in above - {"."} if posixpath.basename(root) not in _SHOWCASES}
    found = {root for root in above if not _is_namespace(root, around, tests)}
    return tuple(sorted({"", *around, *found}, key=lambda root: (-root.count("/") - bool(root), root)))


def _is_guessed(root: str, declared: Container[str]) -> bool:
    return root != "" and root not in declared and posixpath.basename(root) not in SOURCE_FOLDERS


def _is_namespace(folder: str, declared: Collection[str], tests: PathPatterns) -> bool:
    """Whether a folder belongs to a package that a declared root holds. Test runners have rules of their own."""
    if posixpath.basename(folder) in SOURCE_FOLDERS or f"{folder}/{_PACKAGE_FILE}" in tests:
        return False
    return any(
        root in declared and all(part.isidentifier() for part in folder[len(root) + 1 :].split("/"))
        for root in map(str, PurePosixPath(folder).parents)
    )


def _built_names(paths: Iterable[str], roots: tuple[str, ...]) -> frozenset[str]:
    """The names of modules in another form than source text, and of the folders that they are in.

    Not those at the top: what they are called does not make a name one of this repository's.
    """
    names = {name for path in paths for name in module_names(f"{built_stem(path)}.py", roots)}
    names |= {parent for name in names for parent in parents(name)}
    return frozenset(name for name in names if "." in name)


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


def imported_tops(files: Iterable[tuple[str, Facts]], twins: Twins) -> Counter[str]:
    """How often absolute imports start with which name; of twins, that of the importing file's own root."""
    tops: Counter[str] = Counter()
    for path, facts in files:
        for fact in facts.imports if isinstance(facts, FileFacts) else ():
            top = fact.module.partition(".")[0]
            if not fact.level:
                tops[_top_in(path, fact, twins) if top in twins.tops else top] += 1
    return tops


def _top_in(path: str, fact: ImportFact, twins: Twins) -> str:
    dotted = f"{fact.module}.{fact.name}" if fact.name else fact.module
    return (twins.own(dotted, path) or dotted).partition(".")[0]


def mentioned_tops(facts: Iterable[Facts]) -> frozenset[str]:
    """What the dotted names in strings start with."""
    read = (each for each in facts if isinstance(each, FileFacts))
    return frozenset(said.value.partition(":")[0].partition(".")[0] for each in read for said in each.strings)


def _own_name(path: str, layout: Layout, taken_by: Callable[[str], str]) -> str | None:
    """Of the names by which a file can be imported, the one by which this repository imports it most."""
    names = layout.names(path)
    if len(names) <= 1:
        return names[0] if names else None
    held = [name for name in names if taken_by(name) == path] or names
    return max(held, key=lambda name: layout.usual.get(name.partition(".")[0], 0))


def module_names(
    path: str,
    roots: tuple[str, ...],
    mirrors: Container[tuple[str, str]] = frozenset(),
    guessed: Container[str] = frozenset(),
) -> tuple[str, ...]:
    """Every dotted name by which a file can be imported, deepest root first; empty where none is possible.

    `mirrors` are roots with the top-level packages in them that another package of that name hides. What lies in a root
    that is only `guessed` is not what anybody imports as `logging`.
    """
    folder, _, last = path.removesuffix(".py").removesuffix("/__init__").rpartition("/")
    if not last.isidentifier() or (last == "__init__" and not folder):
        return ()
    names: list[str] = []
    for root, package in _packages(folder, roots):
        if package is None:
            continue
        top = package.partition(".")[0] or last
        hidden = top in sys.stdlib_module_names and root in guessed
        if not hidden and (root, top) not in mirrors:
            names.append(f"{package}.{last}" if package else last)
    return tuple(dict.fromkeys(names))


@lru_cache(maxsize=16_384)
def _packages(folder: str, roots: tuple[str, ...]) -> tuple[tuple[str, str | None], ...]:
    """The roots that a folder lies in, each with its dotted name from there; None where it can have none."""
    found: list[tuple[str, str | None]] = []
    for root in roots:
        if root in ("", folder) or folder.startswith(root + "/"):
            parts = folder[len(root) + 1 if root else 0 :].split("/") if folder != root else []
            found.append((root, ".".join(parts) if all(part.isidentifier() for part in parts) else None))
    return tuple(found)


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


def parents(name: str) -> Iterator[str]:
    while name := name.rpartition(".")[0]:
        yield name


def may_be_read(file: SourceFile) -> bool:
    """Whether a file could be read, or was not for a limit of that one run."""
    return not isinstance(file.facts, Unread) or file.facts.reason in ("timeout", "memory", "crash")


def readable(file: SourceFile) -> FileFacts | None:
    """The file's facts where it could be read."""
    return file.facts if isinstance(file.facts, FileFacts) else None
