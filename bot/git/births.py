"""With which commits modules came in: under the names that they have, and in files that moved to where they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from analyzers.places import Commit
from analyzers.tree import is_python
from bot.git.object_reader import Change, Repository

Watched = Mapping[str, Sequence[str]]
"""Modules, each with the paths at which a file has its name, that of the file it has now first."""

_MOST_COMMITS: Final = 50
"""Commits of which git is asked what moved with them, the newest. Each takes a process."""

_MOST_MOVES: Final = 10
"""Paths from which one module is known to have moved."""


class Births:
    """What the commits of a first-parent line, seen one by one from the newest on, tell of when modules came in."""

    def __init__(self, repository: Repository, line: Sequence[Commit], watched: Watched) -> None:
        self._repository = repository
        self._line = line
        self._watched = watched
        self._oldest: dict[str, int | None] = {paths[0]: None for paths in watched.values()}
        """Where a path last came in, of the commits seen; None: it is there, and how it came in was not seen yet."""
        self._modules: dict[str, set[str]] = defaultdict(set)
        self._moves: dict[str, set[str]] = {module: set() for module in watched}
        self._lost: set[str] = set()
        self._asked = 0
        for module, paths in watched.items():
            for path in paths:
                self._modules[path].add(module)

    def see(self, position: int, changes: Sequence[Change]) -> None:
        """What the commit at a position of the line changed; those before it on the line have been seen."""
        came = {each.path: each for each in changes if each.old_blob is None and each.path in self._modules}
        gone = {each.path: each for each in changes if each.new_blob is None and is_python(each.path)}
        self._oldest |= dict.fromkeys(gone.keys() & self._modules.keys(), None) | dict.fromkeys(came, position)
        if not came or not gone:
            return
        moved = {path: old for path, change in came.items() if (old := _same(change, gone.values())) is not None}
        left = came.keys() - moved.keys()
        if left:
            found = self._renames(position, [each.path for each in changes if is_python(each.path)])
            if found is None:
                self._lost.update(module for path in left for module in self._modules[path])
            moved |= {path: found[path] for path in left if found and path in found}
        for path, old in sorted(moved.items()):
            self._follow(self._modules[path], old)

    def _follow(self, modules: Collection[str], old: str) -> None:
        """From here on what these modules are was at another path."""
        self._oldest[old] = None
        for module in tuple(modules):
            self._moves[module].add(old)
            if len(self._moves[module]) > _MOST_MOVES:
                self._lost.add(module)
            else:
                self._modules[old].add(module)

    def _renames(self, position: int, paths: Sequence[str]) -> Mapping[str, str] | None:
        """What git takes for moved; None where that would take too long."""
        self._asked += 1
        if self._asked > _MOST_COMMITS:
            return None
        return self._repository.renames_among(self._line[position + 1].id, self._line[position].id, paths)

    def named(self) -> dict[str, Commit]:
        """The first commits that had a file at one of the paths with the module's name, as far as they are known."""
        return self._first(self._watched)

    def begun(self) -> dict[str, Commit]:
        """The first commits that had one of these files or one that moved there, where all of that is known."""
        known = {module: paths for module, paths in self._watched.items() if module not in self._lost}
        return self._first({module: {*paths, *self._moves[module]} for module, paths in known.items()})

    def _first(self, paths: Mapping[str, Collection[str]]) -> dict[str, Commit]:
        first: dict[str, Commit] = {}
        for module, some in paths.items():
            seen = [self._oldest[path] for path in some if path in self._oldest]
            known = [position for position in seen if position is not None]
            if len(known) == len(seen):
                first[module] = self._line[max(known)]
        return first


def _same(came: Change, gone: Collection[Change]) -> str | None:
    """Where a file was that moved as it is; of several alike, one of its name."""
    last = came.path.rpartition("/")[2]
    alike = [each.path for each in gone if each.old_blob == came.new_blob]
    return min(alike, key=lambda path: (path.rpartition("/")[2] != last, path), default=None)
