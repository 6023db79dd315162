"""tests.fixtures: fixtures that a test asks for and that are defined in this repository, but out of the test's reach.

A fixture that is defined nowhere may come from whatever is installed; one that somebody has defined elsewhere is meant.
https://docs.pytest.org/en/stable/reference/fixtures.html#fixture-availability
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from typing import Final

import msgspec

from analyzers.collection import CollectionRules
from analyzers.facts import FileFacts, FixtureRequest
from analyzers.findings import Finding
from analyzers.rules.testing.plugin_fixtures import FROM_ELSEWHERE
from analyzers.snapshot import SourceFile

CONFTEST: Final = "conftest.py"
_PACKAGE: Final = "__init__.py"
_SETUP: Final = "setup.py"
_MOST_ABOUT: Final = 50
"""Files that a finding is about."""


class Kit(msgspec.Struct, frozen=True, array_like=True):
    """What a file has to do with fixtures, as far as other files matter.

    `requested` is what its tests ask for and it has not itself, `defined` are the fixtures in it, and `offered` the
    names that a conftest.py hands to the tests below. `imported` are the last names of what is imported. `open` says
    that nobody can tell what it offers: of a conftest.py to the tests below it, of a setup.py to whoever installs that.
    """

    requested: tuple[FixtureRequest, ...] = ()
    defined: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()
    imported: tuple[str, ...] = ()
    open: bool = False


NO_KIT: Final = Kit()
OPEN_KIT: Final = Kit(open=True)
"""That of a conftest.py that cannot be read."""


def kit_of(file: SourceFile, facts: FileFacts, collection: CollectionRules) -> Kit:
    """What one file has to do with fixtures."""
    said, name = facts.fixtures, posixpath.basename(file.path)
    if name == _SETUP:
        return Kit(open=said.plugin)
    is_conftest = name == CONFTEST
    if not (is_conftest or said.requested or said.defined):
        return NO_KIT
    has = {*said.defined, *(each.name for each in facts.bindings), *(each.binds for each in facts.imports)}
    is_open = said.open or "names" in facts.dynamic or "*" in has
    is_test = file.scope == "tests" and not is_open and not facts.may_end
    asked = [each for each in said.requested if each.name not in has and each.name not in FROM_ELSEWHERE]
    requested = tuple(asked) if asked and is_test and collection.collects(file.path) else ()
    return Kit(
        requested=requested,
        defined=said.defined,
        offered=tuple(sorted(has)) if is_conftest and not is_open else (),
        imported=tuple(sorted(_imported(facts))) if requested or is_conftest else (),
        open=is_conftest and is_open,
    )


def _imported(facts: FileFacts) -> set[str]:
    names = {each.module.rpartition(".")[2] for each in facts.imports}
    return names | {each.name for each in facts.imports if each.name is not None}


def out_of_reach(kits: Mapping[str, Kit], collection: CollectionRules) -> tuple[Finding, ...]:
    """What tests ask for in vain, by the kits of all files at their paths."""
    if collection.plugged or any(kit.open and posixpath.basename(path) == _SETUP for path, kit in kits.items()):
        return ()
    homes: dict[str, list[str]] = {}
    for path in sorted(kits):
        for name in kits[path].defined:
            homes.setdefault(name, []).append(path)
    return tuple(
        _finding(path, request, homes[request.name])
        for path in sorted(kits)
        for request in kits[path].requested
        if request.name in homes and _is_out_of_reach(path, request.name, kits, homes[request.name], collection)
    )


def _is_out_of_reach(
    path: str, name: str, kits: Mapping[str, Kit], homes: list[str], collection: CollectionRules
) -> bool:
    """Whether a test certainly does not get what is defined in some other files."""
    if not any(collection.sees(path, home) for home in homes) or not all(_is_for_tests(home) for home in homes):
        return False
    around = list(_around(path, kits))
    if any(kit.open or name in kit.offered or name in kit.defined for kit in around):
        return False
    imported = {each for kit in (kits[path], *around) for each in kit.imported}
    return not any(_stem(home) in imported for home in homes)


def _around(path: str, kits: Mapping[str, Kit]) -> Iterator[Kit]:
    """What runs before a test module, in its folder and above."""
    folder = posixpath.dirname(path)
    while True:
        for name in (CONFTEST, _PACKAGE):
            yield kits.get(posixpath.join(folder, name), NO_KIT)
        if not folder:
            return
        folder = posixpath.dirname(folder)


def _is_for_tests(home: str) -> bool:
    """Whether fixtures in a file are for tests near it, and not those of a plugin."""
    name = posixpath.basename(home)
    return name == CONFTEST or name.startswith("test") or name.endswith(("_test.py", "_tests.py"))


def _stem(path: str) -> str:
    """The last name of a module."""
    stem = path.removesuffix(".py").removesuffix("/__init__")
    return posixpath.basename(stem)


def _finding(path: str, request: FixtureRequest, homes: list[str]) -> Finding:
    more = len(homes) - 1
    if more:
        where = f"`{homes[0]}` and {more:,} other file{'s' if more > 1 else ''}, none of which is in reach"
    else:
        where = f"`{homes[0]}`, which is not in reach"
    return Finding(
        rule="tests.fixtures",
        path=path,
        line=request.line,
        end_line=request.line,
        symbol=request.name,
        detail=request.function,
        message=f"`{request.name}` is requested, and defined only in {where}",
        severity="medium",
        scope="tests",
        about=tuple(homes[:_MOST_ABOUT]),
        within=request.function,
    )
