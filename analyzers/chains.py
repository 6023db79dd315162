"""Chains of imports: the shortest ways by which modules of one set reach those of another."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import msgspec

MOST_STEPS: Final = 2_000_000
"""Imports gone back over in search of the chains of one set, which takes about a third of a second."""

Chain = tuple[str, ...]
"""Modules each of which imports the next."""


class Walls(msgspec.Struct, frozen=True):
    """What a set of modules must not reach (`is_target`), and what lies in between (`is_between`)."""

    is_target: Callable[[str], bool]
    is_between: Callable[[str], bool]


class Found(msgspec.Struct, frozen=True):
    """Chains, each the shortest between its ends. `more` counts modules whose importers were not all found."""

    chains: tuple[Chain, ...]
    more: int = 0


def chains(sources: Iterable[str], walls: Walls, imports: Callable[[str], Iterable[str]]) -> Found:
    """One chain for every source and target of which the one reaches the other by modules in between, or directly.

    First all that the sources reach is gone over once; then, backwards from each target that was met, only that.
    """
    sources = sorted(sources)
    region = _Region(frozenset(sources))
    waiting = deque(sources)
    while waiting:
        current = waiting.popleft()
        for target in imports(current):
            if region.enters(current, target, walls):
                waiting.append(target)
    return region.chains()


class _Region:
    """The modules in between that the sources reach, with those that lead to them and the targets they lead to."""

    def __init__(self, sources: frozenset[str]) -> None:
        self._sources = sources
        self._direct: list[Chain] = []
        self._back: dict[str, list[str]] = {}
        self._last: dict[str, list[str]] = {}

    def enters(self, current: str, target: str, walls: Walls) -> bool:
        """Take note of an import; True where it leads to a module in between for the first time."""
        if target in self._sources:
            return False
        if walls.is_target(target):
            if current in self._sources:
                self._direct.append((current, target))
            else:
                self._last.setdefault(target, []).append(current)
            return False
        if not walls.is_between(target):
            return False
        is_new = target not in self._back
        self._back.setdefault(target, []).append(current)
        return is_new

    def chains(self) -> Found:
        found = sorted(self._direct)
        known = set(found)
        steps = 0
        for done, target in enumerate(sorted(self._last)):
            if steps > MOST_STEPS:
                return Found(tuple(found), len(self._last) - done)
            leading, looked_at = self._leading_to(target)
            steps += looked_at
            for source in sorted(leading.keys() & self._sources):
                if (source, target) not in known:
                    found.append(_followed(source, target, leading))
        return Found(tuple(found))

    def _leading_to(self, target: str) -> tuple[Mapping[str, str], int]:
        """Every module from which a way leads to the target, with the next one on its shortest way."""
        onwards = dict.fromkeys(sorted(self._last[target]), target)
        waiting = deque(onwards)
        steps = 0
        while waiting:
            current = waiting.popleft()
            importers = () if current in self._sources else sorted(self._back.get(current, ()))
            steps += len(importers) + 1
            for importer in importers:
                if importer not in onwards:
                    onwards[importer] = current
                    waiting.append(importer)
        return onwards, steps


def _followed(source: str, target: str, onwards: Mapping[str, str]) -> Chain:
    chain = [source]
    while chain[-1] != target:
        chain.append(onwards[chain[-1]])
    return tuple(chain)
