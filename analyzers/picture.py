"""A picture of the module graph around a module or package: what `fifthwhy graph` draws."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Final, Literal

import msgspec

from analyzers.explain import UnknownNameError
from analyzers.graph import ModuleGraph, components, runs
from analyzers.module_names import ModuleNames

MOST_NODES: Final = 150
"""More cannot be looked at, and Mermaid draws no more than 500 arrows."""
MOST_ARROWS: Final = 500

Level = Literal["module", "package"]


class Node(msgspec.Struct, frozen=True):
    """A module or package; `asked` for, or only near what was."""

    name: str
    asked: bool


class Arrow(msgspec.Struct, frozen=True):
    """One imports the other. `deferred`: never at import time. `circular`: so that the two run in a circle."""

    importer: str
    imported: str
    deferred: bool
    circular: bool


class Picture(msgspec.Struct, frozen=True):
    """Nodes by distance and name, and the arrows between them. `more_*` count what is left out."""

    nodes: tuple[Node, ...]
    arrows: tuple[Arrow, ...]
    more_nodes: int = 0
    more_arrows: int = 0


def around(graph: ModuleGraph, names: Iterable[str], *, depth: int, level: Level) -> Picture:
    """What lies within so many imports, in either direction, of some modules or packages. Raises UnknownNameError."""
    fold = _package_of(graph) if level == "package" else _itself
    drawn = _Drawn(graph, fold)
    asked = {fold(module) for module in _modules_of(tuple(names), graph)}
    near = drawn.near(asked, depth)
    shown = near[:MOST_NODES]
    arrows = drawn.arrows_among(set(shown))
    return Picture(
        tuple(Node(name, name in asked) for name in shown),
        tuple(arrows[:MOST_ARROWS]),
        len(near) - len(shown),
        max(0, len(arrows) - MOST_ARROWS),
    )


def _modules_of(names: tuple[str, ...], graph: ModuleGraph) -> tuple[str, ...]:
    """Modules, or all of packages."""
    known = ModuleNames(graph.modules)
    found = tuple(module for name in names for module in known.within(name) if module in graph.modules)
    if not found:
        near = difflib.get_close_matches(names[0], sorted(graph.modules), n=3)
        raise UnknownNameError(names[0], near, "there is no such module")
    return found


def _itself(module: str) -> str:
    return module


def _package_of(graph: ModuleGraph) -> Callable[[str], str]:
    """The package of a module; a module at the top stands for itself."""

    def fold(module: str) -> str:
        found = graph.modules.get(module)
        is_package = found is None or found.path.endswith("__init__.py")
        return module if is_package else module.rpartition(".")[0] or module

    return fold


class _Drawn:
    """The graph as it is drawn, folded or not."""

    def __init__(self, graph: ModuleGraph, fold: Callable[[str], str]) -> None:
        self._running: dict[tuple[str, str], bool] = {}
        self._beside: dict[str, set[str]] = defaultdict(set)
        for name, module in graph.modules.items():
            importer = fold(name)
            for edge in module.edges:
                imported = fold(edge.target)
                if edge.target in graph.modules and importer != imported:
                    self._beside[importer].add(imported)
                    self._beside[imported].add(importer)
                    pair = importer, imported
                    self._running[pair] = self._running.get(pair, False) or runs(name, edge)

    def near(self, asked: set[str], depth: int) -> list[str]:
        """What can be reached in so many steps, the nearest first."""
        found = sorted(asked)
        seen = set(found)
        latest = found
        for _ in range(depth):
            latest = sorted({each for name in latest for each in self._beside.get(name, ())} - seen)
            seen.update(latest)
            found = [*found, *latest]
            if not latest:
                break
        return found

    def arrows_among(self, shown: set[str]) -> list[Arrow]:
        component_of = self._components()
        return [
            Arrow(
                importer,
                imported,
                deferred=not running,
                circular=running and component_of.get(importer, -1) == component_of.get(imported, -2),
            )
            for (importer, imported), running in sorted(self._running.items())
            if importer in shown and imported in shown
        ]

    def _components(self) -> dict[str, int]:
        order: dict[str, list[str]] = defaultdict(list)
        for (importer, imported), running in self._running.items():
            if running:
                order[importer].append(imported)
        return {name: number for number, members in enumerate(components(order)) for name in members}
