"""Twins: modules of one dotted name in several roots, such as the `app.models` of two services in one repository.

What a file calls by such a name is what its own roots have, the nearest first. So that the twins can be told apart, a
package that does not get its plain name is called by its root as well: `mail//app.models`. Such names are ours alone:
nobody writes them, and a finding tells a name as the code around it has it.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

_MARK: Final = "//"
"""Between root and name. No path has it, and no name."""

_ODD: Final = re.compile(r"[^\w/+-]")
"""What a root is not called by: a dot parts names, and the rest could be anything."""

SOURCE_FOLDERS: Final = frozenset({"src", "source", "lib", "python"})
"""Folders that are there to hold packages and are none themselves."""

Units = Mapping[str, tuple[tuple[str, bool], ...]]
"""The roots of each package, or module in none, that has a twin, and whether it is called by its root there.

A unit is what Python takes as a whole: the first part of a dotted name that is no mere folder.
"""


def apart(root: str, name: str) -> str:
    """What a module is called by its root."""
    return f"{_ODD.sub('·', root)}{_MARK}{name}"


def plain(name: str) -> str:
    """A module's name without its root: what the code in that root calls it."""
    return name.rpartition(_MARK)[2]


def spellings(name: str) -> tuple[str, ...]:
    """The names by which a policy may mean a module: in its root, and from the top of the repository."""
    return (plain(name), name.replace(_MARK, ".").replace("/", ".")) if _MARK in name else (name,)


class Twins:
    """What a dotted name means in which file."""

    def __init__(self, units: Units) -> None:
        self._units = {unit: dict(roots) for unit, roots in units.items()}
        self.tops: frozenset[str] = frozenset(unit.partition(".")[0] for unit in units)
        """The first parts of all names that have twins."""
        self._near: dict[str, tuple[str, ...]] = {}

    def own(self, dotted: str, path: str) -> str | None:
        """What a dotted name means in a file by what its own roots have; None where they have nothing of that name."""
        known = [self._units[part] for part in _parts(dotted) if part in self._units]
        for root in self.roots_of(path) if known else ():
            for roots in known:
                if root in roots:
                    return apart(root, dotted) if roots[root] else dotted
        return None

    def meanings(self, dotted: str) -> Iterator[str]:
        """All that a dotted name means, in whatever root."""
        yield dotted
        for part in _parts(dotted):
            yield from (apart(root, dotted) for root, is_apart in self._units.get(part, {}).items() if is_apart)

    def roots_of(self, path: str) -> tuple[str, ...]:
        """The roots with twins that a file belongs to, the nearest first."""
        folder = posixpath.dirname(path)
        if folder not in self._near:
            near = [(home, root) for root in self._roots if _is_in(folder, home := _home(root))]
            near.sort(key=lambda pair: (-_depth(pair[0]), not _is_in(folder, pair[1]), -_depth(pair[1]), pair[1]))
            self._near[folder] = tuple(root for _, root in near)
        return self._near[folder]

    @cached_property
    def _roots(self) -> tuple[str, ...]:
        return tuple(sorted({root for roots in self._units.values() for root in roots}))

    @cached_property
    def roots_apart(self) -> tuple[str, ...]:
        """The roots whose names in the code are not those by which their modules are known."""
        return tuple(root for root in self._roots if any(roots.get(root) for roots in self._units.values()))

    def called_in(self, root: str) -> Callable[[str], str]:
        """How the modules are called in the code of a root; those that it cannot name are called by their own root."""

        def called(name: str) -> str:
            if name.startswith(own):
                return name.removeprefix(own)
            for part in _parts(name) if name.partition(".")[0] in self.tops else ():
                roots = self._units.get(part, {})
                keeper = next((each for each, is_apart in roots.items() if not is_apart), "")
                if roots.get(root):
                    return apart(keeper, name)
            return name

        own = apart(root, "")
        return called

    def told(self, texts: Iterable[str], path: str) -> tuple[str, ...]:
        """Texts about a file, in which modules are called as they are in the file itself.

        Not so where another module of that name is spoken of as well.
        """
        texts = tuple(texts)
        for root in self.roots_of(path):
            own = apart(root, "")
            if not any(own in text for text in texts):
                continue
            units = {unit for unit, roots in self._units.items() if roots.get(root)}
            if not any(_speaks_of(text, units) for text in texts):
                texts = tuple(text.replace(own, "") for text in texts)
        return texts


def _speaks_of(text: str, units: Iterable[str]) -> bool:
    """Whether a text has one of these names as it stands."""
    return any(re.search(rf"(?<![\w./]){re.escape(unit)}(?![\w/])", text) for unit in units)


def _parts(dotted: str) -> Iterator[str]:
    """`a`, `a.b`, `a.b.c`."""
    end = dotted.find(".")
    while end >= 0:
        yield dotted[:end]
        end = dotted.find(".", end + 1)
    yield dotted


def _home(root: str) -> str:
    """The folder whose files belong to a root: of `mail/src`, what lies in `mail`, its tests and scripts."""
    return posixpath.dirname(root) if posixpath.basename(root) in SOURCE_FOLDERS else root


def _is_in(folder: str, other: str) -> bool:
    return not other or f"{folder}/".startswith(f"{other}/")


def _depth(folder: str) -> int:
    return folder.count("/") + bool(folder)
