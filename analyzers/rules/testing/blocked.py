"""tests.blocked: test modules that cannot be collected, since importing them leads to what does not exist.

A file is broken if its import certainly fails: it asks for what is not there, or for a broken file, or lies in a
package whose own file is broken.
"""

from __future__ import annotations

import posixpath
from bisect import bisect_left
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from analyzers.collection import CollectionRules
from analyzers.findings import Finding
from analyzers.graph import Edge
from analyzers.rules.testing.loading import Loading
from analyzers.snapshot import is_package_file, parents
from analyzers.tree import Scope
from analyzers.twins import plain

_MOST_SHOWN: Final = 6
"""Steps of a chain that are told; of a longer one, the rest is counted."""
_MOST_ABOUT: Final = 50
"""Files on the way that a finding is about."""
_PACKAGE: Final = "__init__.py"


class Loaded(msgspec.Struct, frozen=True):
    """A file with what it imports."""

    path: str
    module: str | None
    scope: Scope
    edges: tuple[Edge, ...]
    loading: Loading


class Files(msgspec.Struct, frozen=True):
    """The files of one commit, looked up one by one.

    `file` gives the one at a path, `path_of` the path of a module, `importers` the paths of those that may import a
    module, and `paths` those of all files, sorted.
    """

    file: Callable[[str], Loaded | None]
    path_of: Callable[[str], str | None]
    importers: Callable[[str], Iterable[str]]
    paths: Callable[[], Sequence[str]]

    def below(self, folder: str) -> Iterator[str]:
        """The paths of the files in a folder, also further down."""
        paths, start = self.paths(), f"{folder}/" if folder else ""
        for number in range(bisect_left(paths, start), len(paths)):
            if not paths[number].startswith(start):
                break
            yield paths[number]

    def known(self, module: str) -> str | None:
        """The path of a module; None where its file goes by another name."""
        path = self.path_of(module)
        file = None if path is None else self.file(path)
        return path if file is not None and file.module == module else None


class Blocked(msgspec.Struct, frozen=True):
    """The test modules that cannot be collected. `roots` are the files that ask for what is not there themselves, with
    what that is, and `broken` all whose import fails, with how many files further that is.
    """

    findings: tuple[Finding, ...] = ()
    roots: dict[str, str] = {}
    broken: dict[str, int] = {}


def blocked(roots: dict[str, str], files: Files, collection: CollectionRules) -> Blocked:
    """Who cannot be collected, one finding for each test module; `roots` as in `Blocked`."""
    if not roots:
        return Blocked()
    ways = Ways(files, collection)
    broken = _broken((path for path, missing in roots.items() if ways.is_nowhere(missing, path)), ways)
    chains = _Chains(ways, broken)
    asked = set(broken)
    for path in broken:
        if posixpath.basename(path) == "conftest.py":
            asked.update(files.below(posixpath.dirname(path)))
    findings = (chains.finding(path) for path in sorted(asked))
    return Blocked(tuple(found for found in findings if found is not None), roots, broken)


class Stems:
    """Paths without `.py` or `/__init__.py`, by what they end with."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._by_name: dict[str, list[str]] = {}
        for path in paths:
            stem = path.removesuffix(".py").removesuffix("/__init__")
            self._by_name.setdefault(stem.rpartition("/")[2], []).append(f"/{stem}")

    def has(self, module: str) -> bool:
        """Whether a module would be there if the folder that it lies in were searched, whichever it is."""
        end = "/" + plain(module).replace(".", "/")
        return any(stem.endswith(end) for stem in self._by_name.get(end.rpartition("/")[2], ()))

    def beside(self, name: str, path: str) -> int:
        """How many modules of a top-level name lie in the folders around a file."""
        around = (stem.removesuffix(name) for stem in self._by_name.get(name, ()))
        return sum(f"/{path}".startswith(folder) for folder in around)


class Ways:
    """Where imports lead for sure."""

    def __init__(self, files: Files, collection: CollectionRules) -> None:
        self.files = files
        self.collection = collection
        self._stems = Stems(files.paths())
        self._is_plain: dict[tuple[str, str], bool] = {}

    def is_nowhere(self, missing: str, path: str) -> bool:
        """Whether what a file asks for and is not where it is looked for can be found in no other way."""
        return missing.startswith(".") or (self._means_one(missing, path) and not self._stems.has(missing))

    def leads(self, edge: Edge, path: str) -> str | None:
        """The path of what a file's import certainly leads to, if it runs."""
        target = self.files.known(edge.target) if edge.certain else None
        if target is None or not self.collection.sees(path, target):
            return None
        return target if self._means_one(edge.target, path) else None

    def _means_one(self, module: str, path: str) -> bool:
        """Whether no other module of that top-level name lies in a folder around the file: pytest, and whoever runs a
        script, puts some of these on `sys.path`.
        """
        key = plain(module).partition(".")[0], posixpath.dirname(path)
        if key not in self._is_plain:
            self._is_plain[key] = self._stems.beside(key[0], path) <= 1
        return self._is_plain[key]


def _broken(roots: Iterable[str], ways: Ways) -> dict[str, int]:
    """All files whose import fails, breadth first, with their distance from what is not there."""
    distance = dict.fromkeys(sorted(roots), 0)
    layer = list(distance)
    entered: set[str] = set()
    while layer:
        following: dict[str, int] = {}
        for path in layer:
            for each in _depending(path, ways, entered):
                if each not in distance:
                    following[each] = distance[path] + 1
        distance |= following
        layer = sorted(following)
    return distance


def _depending(path: str, ways: Ways, entered: set[str]) -> Iterator[str]:
    """The files that fail with a broken one: those that import it, and all in its package."""
    files = ways.files
    file = files.file(path)
    if file is None or file.module is None or files.path_of(file.module) != path:
        return
    for each in files.importers(file.module):
        importer = files.file(each)
        edges = () if importer is None else importer.edges
        if any(edge.target == file.module and ways.leads(edge, each) for edge in edges):
            yield each
    folder = posixpath.dirname(path)
    if is_package_file(path) and not any(folder == each or folder.startswith(f"{each}/") for each in entered):
        entered.add(folder)
        for each in files.below(folder):
            inner = files.file(each)
            if inner is not None and inner.module is not None and inner.module.startswith(f"{file.module}."):
                yield each


class Step(msgspec.Struct, frozen=True):
    """Why a file is broken: its import of `to` at a line; or it lies in the package `to` (line 0); or `to` is not there
    at all (`path` None).
    """

    distance: int
    line: int
    to: str
    path: str | None


class _Chains:
    def __init__(self, ways: Ways, broken: Mapping[str, int]) -> None:
        self._ways = ways
        self._files = ways.files
        self._collection = ways.collection
        self._broken = broken
        self._next: dict[str, Step | None] = {}

    def finding(self, path: str) -> Finding | None:
        """Why a test module cannot be collected; None for other files, and where nobody can tell."""
        test = self._files.file(path)
        if test is None or not test.loading.is_test:
            return None
        conftests = [each for each in map(self._files.file, self._collection.conftests(path)) if each is not None]
        packages = list(self._packages(path)) if self._collection.runs_packages(path) else []
        if any(each.loading.steers for each in conftests) or any(map(self._may_stand_in, (*conftests, *packages))):
            return None
        own = None if self._may_stand_in(test) else self._own(test)
        if own is not None:
            found = self._told(test, own, "it", own.line)
            return None if found is None else _also_behind(found, conftests, self._broken)
        for package in packages:
            if (step := self._own(package)) is not None:
                return self._told(test, step, f"its package `{package.module or package.path}`", 1, package.path)
        for conftest in conftests:
            for each in (conftest, *self._packages(conftest.path)):
                if (step := self._own(each)) is not None:
                    return self._told(test, step, f"`{each.path}`", 1, each.path)
        return None

    def _packages(self, path: str) -> Iterator[Loaded]:
        """The packages that run before a file that pytest imports: as far up as there is an `__init__.py`."""
        folder = posixpath.dirname(path)
        while folder:
            package = self._files.file(posixpath.join(folder, _PACKAGE))
            if package is None:
                return
            if package.path != path:
                yield package
            folder = posixpath.dirname(folder)

    def _may_stand_in(self, file: Loaded) -> bool:
        """Whether a file, or one that it imports, may put something in the place of what is not there."""
        targets = (self._files.known(edge.target) for edge in file.edges if not edge.type_checking)
        found = (self._files.file(path) for path in targets if path is not None)
        return file.loading.stands_in or any(each is not None and each.loading.stands_in for each in found)

    def _own(self, file: Loaded, passed: Container[str] = ()) -> Step | None:
        """Why a file is broken by what it imports itself. Where it asks a module for what that one only hands on, and
        fails at itself, by that one.
        """
        steps = list(self._imports(file))
        step = min(steps, key=_nearest, default=None)
        if step is None or step.path is not None:
            return step
        before = (each for each in steps if each.distance == 1 and each.line == step.line and each.path not in passed)
        return min(before, key=_nearest, default=step)

    def _imports(self, file: Loaded) -> Iterator[Step]:
        if self._broken.get(file.path) == 0:
            yield Step(0, file.loading.line, file.loading.missing, None)
        for edge in file.edges:
            path = self._ways.leads(edge, file.path)
            if path is not None and path in self._broken:
                yield Step(self._broken[path] + 1, edge.certain, edge.target, path)

    def _following(self, path: str, passed: Container[str]) -> Step | None:
        """The same, or that it lies in a broken package."""
        file = self._files.file(path)
        if file is None:
            return None
        if self._broken[path] == 0:
            return self._own(file, passed)
        if path not in self._next:
            self._next[path] = min((*self._imports(file), *self._around(file)), key=_nearest, default=None)
        return self._next[path]

    def _around(self, file: Loaded) -> Iterator[Step]:
        """The broken packages that a file lies in."""
        around = ((each, self._files.known(each)) for each in parents(file.module or ""))
        for package, path in around:
            if path is not None and path in self._broken:
                yield Step(self._broken[path] + 1, 0, package, path)

    def _told(self, test: Loaded, step: Step, subject: str, line: int, *begin: str) -> Finding | None:
        steps, files, passed = [step], [*begin], {test.path, *begin}
        while (path := steps[-1].path) is not None:
            files.append(path)
            passed.add(path)
            following = self._following(path, passed)
            if following is None:
                return None
            steps.append(following)
        cause = steps[-1].to
        return Finding(
            rule="tests.blocked",
            path=test.path,
            line=line,
            end_line=line,
            symbol=cause,
            detail=cause,
            message=f"cannot be collected: {_sentence(subject, steps)}",
            severity="high",
            scope=test.scope,
            about=tuple(files[:_MOST_ABOUT]),
        )


def _also_behind(found: Finding, conftests: Iterable[Loaded], broken: Container[str]) -> Finding:
    """The same about a test module that fails by itself, with what would keep it from being collected all the same:
    its own way comes first, if it be that of its own file.
    """
    behind = tuple(each.path for each in conftests if each.path in broken and each.path not in found.about)
    if not behind:
        return found
    own = found.about or (found.path,)
    return msgspec.structs.replace(found, about=(*own[: max(1, _MOST_ABOUT - len(behind))], *behind[: _MOST_ABOUT - 1]))


def _nearest(step: Step) -> tuple[int, int, str]:
    return step.distance, step.line, step.to


def _sentence(subject: str, steps: Sequence[Step]) -> str:
    """`it imports a, which imports b, whose package c imports d, which does not exist`."""
    shown = steps if len(steps) <= _MOST_SHOWN else steps[: _MOST_SHOWN - 1]
    text, verb = subject, " imports"
    for step in shown:
        if step.line:
            text, verb = f"{text}{verb} `{step.to}`", ", which imports"
        else:
            text, verb = f"{text}, whose package `{step.to}`", " imports"
    end = "which leads out of the top-level package" if steps[-1].to.startswith(".") else "which does not exist"
    if shown is steps:
        return f"{text}, {end}"
    more = f"by {len(steps) - len(shown):,} more imports to `{steps[-1].to}`"
    return f"{text}{verb.replace('imports', 'leads')} {more}, {end}"
